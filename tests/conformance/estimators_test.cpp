// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/base/rng.h"
#include "core/model/estimator.h"

#include <ATen/Parallel.h>

namespace tests::estimators {

using namespace core;
using base::Object;
using base::Pick;
using model::Estimator;
using model::EstimatorContext;

struct Rows {
    at::Tensor input, target;
};

// Class or number by the distance from the middle, and some rows without a feature.
Rows rings(std::int64_t rows, std::int64_t outputs, bool gaps = false)
{
    Rows made{tensor::empty({rows, 4}), tensor::empty({rows}, outputs == 1 ? at::kFloat : at::kLong)};
    const base::Draw draw(3, "rings");
    for (std::int64_t row = 0; row < rows; ++row) {
        double square = 0;
        for (std::int64_t c = 0; c < 4; ++c) {
            const double value = draw.uniform(std::uint64_t(4 * row + c), -1, 1);
            square += value * value;
            const bool gap = gaps && (4 * row + c) % 11 == 0;
            made.input.mutable_data_ptr<float>()[4 * row + c] = gap ? NAN : float(value);
        }
        if (outputs == 1)
            made.target.mutable_data_ptr<float>()[row] = float(square);
        else
            made.target.mutable_data_ptr<std::int64_t>()[row] =
                std::min(outputs - 1, std::int64_t(square * double(outputs) / 2.6));
    }
    return made;
}

std::unique_ptr<Estimator> made(const Pick& pick, const Rows& rows, std::int64_t outputs, std::uint64_t seed = 1)
{
    auto estimator = model::allEstimators().make(pick, {{rows.input.size(1)}, outputs, outputs > 1, seed});
    REQUIRE(estimator);
    REQUIRE((*estimator)->begin(rows.input, rows.target));
    return std::move(*estimator);
}

std::vector<base::Blob> saved(const Estimator& estimator)
{
    std::vector<base::Blob> blobs;
    for (const auto& named : estimator.state())
        blobs.push_back(tensor::toBlob(named.name, named.tensor));
    return blobs;
}

std::string bits(const Estimator& estimator)
{
    return tensor::digestOf(estimator.state());
}

std::string bits(const at::Tensor& tensor)
{
    return tensor::digestOf({{"", tensor}});
}

// Every kind with its defaults, and with whatever it draws at random.
std::vector<Pick> allKinds()
{
    std::vector<Pick> picks;
    for (const base::Entry& entry : model::allEstimators().family().entries) {
        picks.push_back({entry.kind, Object{}});
        Object drawn;
        for (const char* share : {"subsample", "colsample_bytree", "colsample_bynode"})
            if (entry.schema.find(share))
                drawn.set(share, 0.6);
        if (drawn.size() > 0)
            picks.push_back({entry.kind, drawn});
    }
    for (const char* method : {"exact", "approx"})
        picks.push_back({"xgboost", Object{{"tree_method", method}, {"subsample", 0.7}, {"colsample_bytree", 0.5}}});
    return picks;
}

/// How far the outputs are from the targets, on the whole.
double error(const at::Tensor& output, const at::Tensor& target)
{
    if (target.scalar_type() == at::kFloat)
        return output.squeeze(1).sub(target).pow(2).mean().item<double>();
    return output.argmax(1).ne(target).to(at::kFloat).mean().item<double>();
}

TEST_CASE("every estimator can be shown in a form")
{
    checkEntries(model::allEstimators().family());
}

TEST_CASE("every estimator learns, and says of rows what it says of the same rows while it learns from them")
{
    for (const Pick& pick : allKinds())
        for (const std::int64_t outputs : {1, 2, 3}) {
            INFO(pick.kind << " " << base::writeJson(pick.params) << " " << outputs);
            const Rows rows = rings(300, outputs);
            const auto estimator = made(pick, rows, outputs);
            const double before = error(estimator->outputs(), rows.target);
            for (std::int64_t round = 0; round < 30; ++round)
                estimator->round(round, estimator->rate());
            CHECK(estimator->outputs().sizes() == at::IntArrayRef({300, outputs}));
            CHECK(error(estimator->outputs(), rows.target) < 0.3 * before);
            CHECK(bits(estimator->predict(rows.input)) == bits(estimator->outputs()));
        }
}

TEST_CASE("an estimator goes on from any saved round, and from one it goes back to, with the same bits")
{
    for (const std::int64_t threads : {1, 3}) {
        at::set_num_threads(int(threads));
        for (const Pick& pick : allKinds())
            for (const std::int64_t outputs : {1, 2, 3}) {
                INFO(pick.kind << " " << base::writeJson(pick.params) << " " << outputs << " " << threads);
                const Rows rows = rings(300, outputs);
                const auto whole = made(pick, rows, outputs);
                std::vector<std::vector<base::Blob>> states{saved(*whole)};
                std::vector<std::vector<std::uint32_t>> digests{whole->digests()};
                for (std::int64_t round = 0; round < 20; ++round) {
                    whole->round(round, 0.3 / double(1 + round % 3));
                    states.push_back(saved(*whole));
                    digests.push_back(whole->digests());
                }
                for (const std::int64_t from : {0, 1, 7, 13, 19}) {
                    const auto resumed = made(pick, rows, outputs);
                    REQUIRE(resumed->load(states[std::size_t(from)], "saved"));
                    CHECK(resumed->digests() == digests[std::size_t(from)]);
                    for (std::int64_t round = from; round < 20; ++round)
                        resumed->round(round, 0.3 / double(1 + round % 3));
                    CHECK(bits(*resumed) == bits(*whole));
                    CHECK(resumed->digests() == digests.back());
                    if (!resumed->forget(20 - from))
                        continue;
                    CHECK((saved(*resumed) == states[std::size_t(from)]));
                    for (std::int64_t round = from; round < 20; ++round)
                        resumed->round(round, 0.3 / double(1 + round % 3));
                    CHECK(bits(*resumed) == bits(*whole));
                }
            }
    }
    at::set_num_threads(1);
}

TEST_CASE("the seed decides what an estimator draws")
{
    for (const base::Entry& entry : model::allEstimators().family().entries) {
        if (!entry.schema.find("subsample"))
            continue;
        const Rows rows = rings(200, 2);
        std::string ends[3];
        for (const std::size_t i : {0, 1, 2}) {
            const auto estimator = made({entry.kind, Object{{"subsample", 0.5}}}, rows, 2, i == 2 ? 8 : 7);
            for (std::int64_t round = 0; round < 5; ++round)
                estimator->round(round, 0.3);
            ends[i] = bits(*estimator);
        }
        CHECK(ends[0] == ends[1]);
        CHECK(ends[0] != ends[2]);
    }
}

TEST_CASE("a changed parameter counts from the next round on, as if it had been so from there")
{
    const Rows rows = rings(300, 3);
    const Pick deep{"xgboost", Object{{"max_depth", 6}}}, flat{"xgboost", Object{{"max_depth", 2}}};
    const auto edited = made(deep, rows, 3), handed = made(flat, rows, 3);
    for (std::int64_t round = 0; round < 4; ++round)
        edited->round(round, 0.3);
    REQUIRE(handed->load(saved(*edited), "saved"));
    const std::int64_t before = edited->parameterCount();
    REQUIRE(edited->edit(flat.params));
    for (std::int64_t round = 4; round < 8; ++round)
        for (Estimator* each : {edited.get(), handed.get()})
            each->round(round, 0.1);
    CHECK(bits(*edited) == bits(*handed));
    CHECK(edited->parameterCount() <= before + 4 * 3 * 7);
    CHECK_FALSE(edited->edit(Object{{"base_score", 0.1}}));
}

TEST_CASE("how rows were binned for one method leaves no trace in the next")
{
    const Rows rows = rings(300, 1);
    const Pick hist{"xgboost", Object{{"max_bin", 16}}};
    const Pick approx{"xgboost", Object{{"max_bin", 16}, {"tree_method", "approx"}, {"subsample", 0.5}}};
    for (const auto& [first, second] : {std::pair(hist, approx), {approx, hist}}) {
        const auto edited = made(first, rows, 1), handed = made(second, rows, 1);
        edited->round(0, 0.3);
        REQUIRE(handed->load(saved(*edited), "saved"));
        REQUIRE(edited->edit(second.params));
        for (std::int64_t round = 1; round < 4; ++round)
            for (Estimator* each : {edited.get(), handed.get()})
                each->round(round, 0.3);
        CHECK(bits(*edited) == bits(*handed));
    }
}

TEST_CASE("boosted trees learn from rows without a feature and predict for them")
{
    for (const std::int64_t outputs : {1, 2, 3}) {
        const Rows rows = rings(300, outputs, true);
        const auto estimator = made({"xgboost", Object{}}, rows, outputs);
        CHECK(estimator->takesMissing());
        const double before = error(estimator->outputs(), rows.target);
        for (std::int64_t round = 0; round < 30; ++round)
            estimator->round(round, 0.3);
        CHECK(error(estimator->outputs(), rows.target) < 0.3 * before);
        CHECK_FALSE(estimator->predict(rows.input).isnan().any().item<bool>());
    }
}

TEST_CASE("damaged trees are refused, whatever of them is wrong")
{
    const Rows rows = rings(200, 3);
    const auto estimator = made({"xgboost", Object{}}, rows, 3);
    for (std::int64_t round = 0; round < 3; ++round)
        estimator->round(round, 0.3);
    const auto whole = saved(*estimator);
    const std::string before = bits(*estimator);
    std::size_t refused = 0;
    for (std::size_t blob = 0; blob < whole.size(); ++blob) {
        auto without = whole;
        without.erase(without.begin() + std::ptrdiff_t(blob));
        CHECK_FALSE(estimator->load(without, "damaged"));
        auto shorter = whole;
        const std::int64_t element = std::int64_t(base::bytesOf(shorter[blob].dtype));
        shorter[blob].shape[0] -= 1;
        shorter[blob].bytes.resize(shorter[blob].bytes.size() - std::size_t(element));
        CHECK_FALSE(estimator->load(shorter, "damaged"));
        CHECK(bits(*estimator) == before);
    }
    // Flipped bits either are refused or leave trees that can be walked.
    const base::Draw draw(5, "flips");
    for (std::uint64_t i = 0; i < 600; ++i) {
        auto flipped = whole;
        std::string& bytes = flipped[draw.below(3 * i, flipped.size())].bytes;
        bytes[draw.below(3 * i + 1, bytes.size())] ^= char(1 << draw.below(3 * i + 2, 8));
        if (!estimator->load(flipped, "flipped"))
            ++refused;
        else
            CHECK(estimator->predict(rows.input).size(0) == 200);
    }
    CHECK(refused > 50);
    const auto narrow = model::allEstimators().make({"xgboost", Object{}}, {{1}, 3, true, 1});
    CHECK_FALSE((*narrow)->load(whole, "more features"));
}

TEST_CASE("boosted trees predict what XGBoost's own package predicts")
{
    for (const base::Value& golden : golden("boosting.json")) {
        INFO(base::writeJson(golden["params"]) << " " << golden["outputs"].toInt() << " " << golden["missing"].toInt());
        const std::int64_t outputs = golden["outputs"].toInt(), count = golden["rows"].toInt();
        const auto rowsOf = [&](double salt) {
            at::Tensor rows = tensorOf(wave(count * 3, salt), {count, 3}, at::kFloat);
            for (std::int64_t i = 0; golden["missing"].toInt() > 0 && i < count * 3; i += golden["missing"].toInt())
                rows.mutable_data_ptr<float>()[i] = NAN;
            return rows;
        };
        const std::vector<double> known = wave(count * 3, 0.5), noise = wave(count, 2.5);
        at::Tensor target = tensor::empty({count});
        for (std::int64_t row = 0; row < count; ++row) {
            const double sum = known[std::size_t(3 * row)] + noise[std::size_t(row)];
            target.mutable_data_ptr<float>()[row] = outputs == 1   ? float(sum)
                                                    : outputs == 2 ? float(sum > 0)
                                                                   : float((sum > -0.5) + (sum > 0.5));
        }
        if (outputs > 1)
            target = target.to(at::kLong);
        const auto estimator = made({"xgboost", golden["params"]}, {rowsOf(0.5), target}, outputs);
        for (std::int64_t round = 0; round < golden["rounds"].toInt(); ++round)
            estimator->round(round, estimator->rate());
        at::Tensor margins = estimator->predict(rowsOf(4.5));
        if (outputs == 2)
            margins = margins.narrow(1, 1, 1);
        const std::vector<double> theirs = flat(golden["margins"]);
        CHECK(distance(numbersIn(margins.reshape({-1})), theirs) < 1e-5 * std::max(1.0, largest(theirs)));
    }
}

TEST_CASE("a row that counts twice is as two rows")
{
    const Rows rows = rings(200, 2);
    std::vector<std::int64_t> twice;
    at::Tensor weights = tensor::empty({200});
    for (std::int64_t row = 0; row < 200; ++row) {
        const bool heavy = rows.target.const_data_ptr<std::int64_t>()[row] == 1;
        weights.mutable_data_ptr<float>()[row] = heavy ? 2 : 1;
        twice.insert(twice.end(), heavy ? 2 : 1, row);
    }
    at::Tensor places = tensor::empty({std::int64_t(twice.size())}, at::kLong);
    std::copy(twice.begin(), twice.end(), places.mutable_data_ptr<std::int64_t>());
    const Rows doubled{rows.input.index_select(0, places), rows.target.index_select(0, places)};
    const Pick pick{"xgboost", Object{{"tree_method", "exact"}}};
    const auto heavy = made(pick, doubled, 2), plain = made(pick, rows, 2);
    auto weighted = made(pick, rows, 2);
    REQUIRE(weighted->begin(rows.input, rows.target, weights));
    for (std::int64_t round = 0; round < 10; ++round)
        for (Estimator* each : {heavy.get(), plain.get(), weighted.get()})
            each->round(round, 0.3);
    const auto gap = [&](Estimator& one, Estimator& other) {
        return one.predict(rows.input).sub(other.predict(rows.input)).abs().max().item<float>();
    };
    CHECK(gap(*weighted, *heavy) < 1e-3f);
    CHECK(gap(*weighted, *plain) > 1e-2f);
}

}
