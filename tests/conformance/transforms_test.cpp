// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/transform.h"
#include "tests/support/conformance.h"
#include "tests/support/samples.h"

#include <cmath>

using namespace core;
using data::Works;

namespace {

std::vector<std::pair<base::Entry, std::unique_ptr<data::Transform>>> transformsOf(bool (*wanted)(Works))
{
    std::vector<std::pair<base::Entry, std::unique_ptr<data::Transform>>> chosen;
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        auto made = data::allTransforms().make({entry.kind});
        REQUIRE(made);
        if (wanted((*made)->works()))
            chosen.emplace_back(entry, std::move(*made));
    }
    return chosen;
}

bool onItems(Works works)
{
    return works != Works::Rows && works != Works::Batch;
}

// Those that run a program of the user's do nothing, and say so, until one is named.
bool waitsForCommand(const base::Entry& entry)
{
    return entry.schema.find("command");
}

data::Sample transformed(const data::Transform& transform, std::uint64_t item, std::uint64_t epoch, data::Sample sample)
{
    transform.apply(sample, base::Draw(11, "augment", epoch).within(item));
    return sample;
}

}

TEST_CASE("transforms: every field is declared whole")
{
    tests::checkDeclared(data::allTransforms().family());
}

TEST_CASE("transforms: what works on items keeps them whole, and values stay finite")
{
    for (const auto& [entry, transform] : transformsOf(onItems))
        for (std::uint64_t item = 0; item < 20; ++item) {
            INFO(entry.kind << " item " << item);
            const data::Sample sample = tests::sampleFor(transform->works(), item);
            const data::Sample out = transformed(*transform, item, 0, sample);
            std::int64_t cells = sample.shape.empty() ? 0 : 1;
            for (const std::int64_t side : out.shape)
                cells *= side;
            CHECK(std::int64_t(out.values.size()) == cells);
            CHECK(out.modality == sample.modality);
            for (const float value : out.values)
                CHECK(std::isfinite(value));
            if (!out.mask.empty())
                CHECK(std::int64_t(out.mask.size()) == out.height() * out.width());
            for (const data::Box& box : out.boxes) {
                CHECK(box.left < box.right);
                CHECK(box.top < box.bottom);
                CHECK((box.left >= 0 && box.top >= 0));
                CHECK((box.right <= float(out.width()) && box.bottom <= float(out.height())));
            }
            if (transform->works() != Works::Image && transform->works() != Works::Waveform)
                CHECK(out.shape == sample.shape);
        }
}

TEST_CASE("transforms: a draw repeats, and another item or epoch draws anew")
{
    for (const auto& [entry, transform] : transformsOf(onItems)) {
        if (waitsForCommand(entry))
            continue;
        INFO(entry.kind);
        bool itemsDiffer = false, epochsDiffer = false;
        for (std::uint64_t item = 0; item < 30; ++item) {
            const data::Sample sample = tests::sampleFor(transform->works(), 5);
            const data::Sample out = transformed(*transform, item, 0, sample);
            CHECK(transformed(*transform, item, 0, sample) == out);
            itemsDiffer |= !(transformed(*transform, item + 1, 0, sample) == out);
            epochsDiffer |= !(transformed(*transform, item, 1, sample) == out);
        }
        CHECK(itemsDiffer);
        CHECK(epochsDiffer);
    }
}

TEST_CASE("transforms: p = 0 leaves everything alone, p = 1 does not")
{
    for (const auto& [entry, transform] : transformsOf(onItems)) {
        if (!entry.schema.find("p") || waitsForCommand(entry))
            continue;
        INFO(entry.kind);
        const auto never = data::allTransforms().make({entry.kind, base::Object{{"p", 0.0}}});
        const auto always = data::allTransforms().make({entry.kind, base::Object{{"p", 1.0}}});
        int changed = 0;
        for (std::uint64_t item = 0; item < 10; ++item) {
            const data::Sample sample = tests::sampleFor(transform->works(), item);
            CHECK(transformed(**never, item, 0, sample) == sample);
            changed += !(transformed(**always, item, 0, sample) == sample);
        }
        CHECK(changed > 0);
    }
}

TEST_CASE("transforms: each says which data it is not for")
{
    for (const auto& [entry, transform] : transformsOf([](Works) { return true; })) {
        INFO(entry.kind);
        if (waitsForCommand(entry)) {
            CHECK_FALSE(transform->misfit(tests::infoFor(transform->works())).empty());
            continue;
        }
        // All that mix batches take images of classes.
        const Works data = transform->works() == Works::Batch ? Works::Image : transform->works();
        CHECK(transform->misfit(tests::infoFor(data)).empty());
        // A share of the rows can be taken of any data.
        if (transform->works() == Works::Batch || entry.kind == "RandomSubset")
            continue;
        const data::Modality own = tests::infoFor(transform->works()).modality;
        for (const Works other : {Works::Values, Works::Image, Works::Text, Works::Waveform, Works::Series})
            if (tests::infoFor(other).modality != own)
                CHECK_FALSE(transform->misfit(tests::infoFor(other)).empty());
    }
}

TEST_CASE("transforms: what makes rows keeps classes, shapes and finite numbers, and repeats by its seed")
{
    for (const auto& [entry, transform] : transformsOf([](Works works) { return works == Works::Rows; })) {
        INFO(entry.kind);
        const tests::ImbalancedRows rows(90, 17, 12);
        const auto made = transform->resample(rows.training(), base::Draw(3, "resample"));
        REQUIRE(made);
        for (const std::int64_t place : made->kept)
            CHECK((place >= 0 && place < rows.inputs.size(0)));
        if (made->newInputs.defined()) {
            CHECK(made->newInputs.size(1) == rows.inputs.size(1));
            CHECK(made->newInputs.size(0) == made->newTargets.size(0));
            CHECK(made->newTargets.scalar_type() == rows.targets.scalar_type());
            CHECK(made->newInputs.isfinite().all().item<bool>());
        }
        const auto again = transform->resample(rows.training(), base::Draw(3, "resample"));
        CHECK(again->kept == made->kept);
        if (made->newInputs.defined())
            CHECK(again->newInputs.equal(made->newInputs));
    }
}

TEST_CASE("transforms: what mixes a batch keeps its shape, and shares of classes add up to one")
{
    for (const auto& [entry, transform] : transformsOf([](Works works) { return works == Works::Batch; })) {
        INFO(entry.kind);
        const data::Batch before = tests::imageBatch(8, 3);
        data::Batch batch{before.input.clone(), before.target.clone()};
        transform->mix(batch, 3, base::Draw(11, "augment", 2));
        CHECK(batch.input.sizes() == before.input.sizes());
        CHECK(batch.input.isfinite().all().item<bool>());
        REQUIRE(batch.target.dim() == 2);
        CHECK(batch.target.sizes().vec() == std::vector<std::int64_t>{8, 3});
        CHECK(batch.target.sum(1).sub(1).abs().max().item<float>() < 1e-6);
        data::Batch again{before.input.clone(), before.target.clone()};
        transform->mix(again, 3, base::Draw(11, "augment", 2));
        CHECK(again.input.equal(batch.input));
    }
}
