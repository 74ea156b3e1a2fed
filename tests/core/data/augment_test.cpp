// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/loader.h"
#include "tests/support/data_sets.h"
#include "tests/support/idx_bytes.h"

#include <algorithm>
#include <set>

namespace tests::augment {

using namespace core;
using base::Object;
using data::SplitName;

data::DataModule opened(const spec::Experiment& experiment)
{
    auto module = data::DataModule::open(experiment);
    REQUIRE(module);
    return std::move(*module);
}

// All batches of a part in an epoch.
at::Tensor inputsOf(const data::DataModule& module, SplitName split, const std::vector<base::Pick>& augment)
{
    auto loader = data::DataLoader::make(module, split, {.batchSize = 1'000'000, .shuffle = false, .augment = augment});
    REQUIRE(loader);
    return (*loader)->get(0, 0).input;
}

TEST_CASE("augmentation: every transform of images changes training rows alone")
{
    const TempFolder folder;
    std::string pixels;
    for (int i = 0; i < 60 * 12 * 10; ++i)
        pixels.push_back(char(i * 31 % 251));
    const auto images = folder.file("a-images-idx3-ubyte", idxBytes(8, {60, 12, 10}, pixels));
    folder.file("a-labels-idx1-ubyte", idxBytes(8, {60}, std::string(30, '\0') + std::string(30, '\1')));
    const data::DataModule module = opened(experimentOnFile(images));
    int kinds = 0;
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        const auto transform = data::allTransforms().make({entry.kind});
        REQUIRE(transform);
        if (!(*transform)->misfit(module.info()).empty() || (*transform)->works() == data::Works::Rows)
            continue;
        INFO(entry.kind);
        ++kinds;
        const std::vector<base::Pick> augment{{entry.kind, Object{}}};
        for (const SplitName split : {SplitName::Validation, SplitName::Test}) {
            const at::Tensor plain = module.gather(module.rows(split).all()).input;
            REQUIRE(plain.size(0) > 0);
            CHECK(inputsOf(module, split, augment).equal(plain));
        }
        const at::Tensor plain = module.gather(module.rows(SplitName::Train).all()).input;
        const at::Tensor changed = inputsOf(module, SplitName::Train, augment);
        CHECK(changed.sizes() == plain.sizes());
        // Grey pictures have no colours to take away, small ones too few pixels for 255 steps.
        if (entry.kind != "RandomGrayscale" && entry.kind != "RandomEqualize")
            CHECK_FALSE(changed.equal(plain));
    }
    CHECK(kinds >= 23);
}

TEST_CASE("augmentation: new rows come from training rows alone, and the other parts keep their bits")
{
    const TempFolder folder;
    std::string text = "x,y,z,class\n";
    const base::Draw draw(3, "imbalanced");
    for (std::uint64_t i = 0; i < 300; ++i) {
        const bool rare = i % 7 == 0;
        for (std::uint64_t f = 0; f < 3; ++f)
            text += std::to_string(draw.normal(3 * i + f) + (rare ? 1 : 0)) + ",";
        text += rare ? "rare\n" : "common\n";
    }
    spec::Experiment experiment = experimentOnFile(folder.file("rows.csv", text));
    const data::DataModule plain = opened(experiment);
    for (const char* kind : {"SMOTE", "BorderlineSMOTE", "ADASYN", "SMOTENC", "RandomOverSampler"}) {
        INFO(kind);
        experiment.augment = {{kind, Object{}}, {"FeatureNoise", Object{}}};
        const data::DataModule grown = opened(experiment);
        CHECK(grown.shift() == plain.shift());
        CHECK(grown.scale() == plain.scale());
        CHECK(grown.rows(SplitName::Train) == plain.rows(SplitName::Train));
        for (const SplitName split : {SplitName::Validation, SplitName::Test}) {
            CHECK(grown.rows(split) == plain.rows(split));
            CHECK(inputsOf(grown, split, experiment.augment).equal(plain.gather(plain.rows(split).all()).input));
        }
        CHECK(grown.epochItems() > plain.epochItems());
        std::vector<std::vector<float>> rare;
        for (const std::int64_t row : plain.rows(SplitName::Train))
            if (plain.target(row) == grown.target(grown.epochItem(grown.epochItems() - 1)))
                rare.push_back(floatsOf(plain.raw(row)));
        for (std::int64_t place = plain.epochItems(); place < grown.epochItems(); ++place) {
            const auto made = floatsOf(grown.raw(grown.epochItem(place)));
            bool between = false;
            for (std::size_t a = 0; a < rare.size() && !between; ++a)
                for (std::size_t b = 0; b < rare.size() && !between; ++b) {
                    const float length = rare[b][0] - rare[a][0];
                    const float share = length == 0 ? 0 : (made[0] - rare[a][0]) / length;
                    between = share > -1e-4f && share < 1.0001f;
                    for (std::size_t f = 0; f < 3; ++f)
                        between &= std::abs(made[f] - rare[a][f] - share * (rare[b][f] - rare[a][f])) < 1e-4f;
                }
            CHECK(between);
        }
    }
}

TEST_CASE("augmentation: what a transform cannot do fails with its place")
{
    const TempFolder folder;
    std::string text = "x,class\n";
    for (int i = 0; i < 40; ++i)
        text += std::to_string(i) + (i % 4 == 0 ? ",rare\n" : ",common\n");
    spec::Experiment few = experimentOnFile(folder.file("few.csv", text));
    few.augment = {{"SMOTE", Object{{"k_neighbors", 20}}}};
    const auto refused = data::DataModule::open(few);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/augment/0/k_neighbors");
    CHECK(refused.error().message.find("\"rare\"") != std::string::npos);
}

}
