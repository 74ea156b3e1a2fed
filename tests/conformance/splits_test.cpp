// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/split.h"
#include "tests/support/conformance.h"

#include <algorithm>

using namespace core;
using data::SplitRequest;

namespace {

struct SplitData {
    std::vector<std::int64_t> classes;
    std::vector<double> times;
};

SplitData splitDataOf(std::int64_t rows, std::uint64_t seed)
{
    const base::Draw draw(seed, "test/splits");
    SplitData made;
    for (std::uint64_t i = 0; i < std::uint64_t(rows); ++i) {
        made.classes.push_back(std::int64_t(draw.below(2 * i, 3)));
        made.times.push_back(draw.uniform(2 * i + 1));
    }
    return made;
}

SplitRequest requestOf(const SplitData& rows, double validation, double test, std::int64_t seed = 0)
{
    SplitRequest request{{}, std::int64_t(rows.classes.size()), rows.classes, {}, rows.times, test};
    request.spec.train = 1 - validation - test;
    request.spec.validation = validation;
    request.spec.seed = seed;
    return request;
}

}

TEST_CASE("splits: every field is declared whole")
{
    tests::checkDeclared(data::allSplits().family());
}

TEST_CASE("splits: parts are disjoint, cover every row, ascend, and have the sizes of their shares")
{
    for (const base::Entry& entry : data::allSplits().family().entries)
        for (const std::int64_t rows : {30, 31, 100, 999})
            for (const auto& [validation, test] :
                 {std::pair{0.15, 0.15}, {0.0, 0.2}, {0.3, 0.0}, {0.0, 0.0}, {0.45, 0.45}}) {
                INFO(entry.kind << " " << rows << " " << validation << " " << test);
                const SplitData made = splitDataOf(rows, 1);
                const auto split = data::allSplits().make({entry.kind});
                REQUIRE(split);
                const auto parts = (*split)->divide(requestOf(made, validation, test));
                REQUIRE(parts);
                const auto sizes = data::partSizes(rows, 1 - validation - test, validation, test);
                CHECK(std::int64_t(parts->train.size()) == (*sizes)[0]);
                CHECK(std::int64_t(parts->validation.size()) == (*sizes)[1]);
                CHECK(std::int64_t(parts->test.size()) == (*sizes)[2]);
                std::vector<std::int64_t> all;
                for (const auto* part : {&parts->train, &parts->validation, &parts->test}) {
                    CHECK(std::is_sorted(part->begin(), part->end()));
                    all.insert(all.end(), part->begin(), part->end());
                }
                std::sort(all.begin(), all.end());
                REQUIRE(std::int64_t(all.size()) == rows);
                for (std::int64_t row = 0; row < rows; ++row)
                    CHECK(all[std::size_t(row)] == row);
            }
}

TEST_CASE("splits: a division repeats by its seed")
{
    const SplitData made = splitDataOf(200, 2);
    for (const base::Entry& entry : data::allSplits().family().entries) {
        INFO(entry.kind);
        const auto divide = [&](std::int64_t seed) {
            return (*(*data::allSplits().make({entry.kind}))->divide(requestOf(made, 0.15, 0.15, seed))).train;
        };
        CHECK(divide(3) == divide(3));
        // What looks at times has nothing to draw.
        CHECK((divide(3) != divide(4)) == (entry.kind != "chronological"));
    }
}

TEST_CASE("splits: nothing to train on is an error")
{
    const SplitData made = splitDataOf(30, 3);
    for (const base::Entry& entry : data::allSplits().family().entries) {
        INFO(entry.kind);
        const auto parts = (*data::allSplits().make({entry.kind}))->divide(requestOf(made, 0.5, 0.5));
        REQUIRE_FALSE(parts);
        CHECK(parts.error().where == "/split");
    }
}
