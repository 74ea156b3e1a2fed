// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/split.h"
#include "tests/support/conformance.h"
#include "tests/support/golden.h"

#include <algorithm>

using namespace core;
using data::SplitRequest;

namespace {

struct SplitData {
    std::vector<std::int64_t> classes;
    std::vector<double> times;
    std::vector<std::int64_t> groups;
    std::vector<std::int32_t> parts;
};

SplitData splitDataOf(std::int64_t rows, std::uint64_t seed)
{
    const base::Draw draw(seed, "test/splits");
    SplitData made;
    for (std::uint64_t i = 0; i < std::uint64_t(rows); ++i) {
        made.classes.push_back(std::int64_t(draw.below(4 * i, 3)));
        made.times.push_back(draw.uniform(4 * i + 1));
        made.groups.push_back(std::int64_t(draw.below(4 * i + 2, 12)));
        made.parts.push_back(std::int32_t(draw.below(4 * i + 3, 3)));
    }
    return made;
}

SplitRequest requestOf(const SplitData& rows, double validation, double test, std::int64_t seed = 0)
{
    SplitRequest request{
        .rows = std::int64_t(rows.classes.size()), .classes = rows.classes, .times = rows.times, .parts = rows.parts};
    request.test = test;
    request.spec.train = 1 - validation - test;
    request.spec.validation = validation;
    request.spec.seed = seed;
    return request;
}

std::unique_ptr<data::Split> splitOf(const std::string& kind)
{
    auto made = data::allSplits().make({kind});
    REQUIRE(made);
    return std::move(*made);
}

// Kinds that divide by shares, and kinds that validate in turn.
const std::vector<std::string> byShares{"random", "stratified", "chronological"};
const std::vector<std::string> byFolds{"k_fold", "stratified_k_fold", "leave_one_out", "walk_forward"};

void checkParts(const data::SplitRows& parts, std::int64_t rows, bool all)
{
    std::vector<std::int64_t> seen;
    for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
        CHECK(std::is_sorted(part->begin(), part->end()));
        seen.insert(seen.end(), part->begin(), part->end());
    }
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    CHECK((seen.empty() || (seen.front() >= 0 && seen.back() < rows)));
    if (all)
        CHECK(std::int64_t(seen.size()) == rows);
}

}

TEST_CASE("splits: every field is declared whole")
{
    tests::checkDeclared(data::allSplits().family());
    CHECK(data::allSplits().family().entries.size() == byShares.size() + byFolds.size() + 2);
}

TEST_CASE("splits: parts are disjoint, cover every row, ascend, and have the sizes of their shares")
{
    for (const std::string& kind : byShares)
        for (const std::int64_t rows : {30, 31, 100, 999})
            for (const auto& [validation, test] :
                 {std::pair{0.15, 0.15}, {0.0, 0.2}, {0.3, 0.0}, {0.0, 0.0}, {0.45, 0.45}}) {
                INFO(kind << " " << rows << " " << validation << " " << test);
                const SplitData made = splitDataOf(rows, 1);
                const auto parts = splitOf(kind)->divide(requestOf(made, validation, test));
                REQUIRE(parts);
                const auto sizes = data::partSizes(rows, 1 - validation - test, validation, test);
                CHECK(std::int64_t(parts->train.size()) == (*sizes)[0]);
                CHECK(std::int64_t(parts->validation.size()) == (*sizes)[1]);
                CHECK(std::int64_t(parts->test.size()) == (*sizes)[2]);
                checkParts(*parts, rows, true);
            }
}

TEST_CASE("splits: a division repeats by its seed")
{
    const SplitData made = splitDataOf(200, 2);
    for (const base::Entry& entry : data::allSplits().family().entries) {
        INFO(entry.kind);
        const auto divide = [&](std::int64_t seed) {
            SplitRequest request = requestOf(made, 0.15, 0.15, seed);
            if (entry.kind == "group")
                request.groups = made.groups;
            return (*splitOf(entry.kind)->divide(request)).train;
        };
        CHECK(divide(3) == divide(3));
        // What looks at times, or at what the data says, has nothing to draw.
        const bool drawn = entry.kind != "chronological" && entry.kind != "walk_forward" && entry.kind != "predefined";
        CHECK((divide(3) != divide(4)) == drawn);
    }
}

TEST_CASE("splits: nothing to train on is an error")
{
    const SplitData made = splitDataOf(30, 3);
    for (const std::string& kind : byShares) {
        INFO(kind);
        const auto parts = splitOf(kind)->divide(requestOf(made, 0.5, 0.5));
        REQUIRE_FALSE(parts);
        CHECK(parts.error().where == "/split");
    }
}

TEST_CASE(
    "splits: of k folds each row validates once, the test part is the same in all, and a fold too many is refused")
{
    for (const char* kind : {"k_fold", "stratified_k_fold", "leave_one_out"})
        for (const double test : {0.0, 0.15, 0.4}) {
            INFO(kind << " " << test);
            const SplitData made = splitDataOf(61, 4);
            SplitRequest request = requestOf(made, 0, test);
            request.spec.folds = 7;
            const auto split = splitOf(kind);
            const std::int64_t folds = split->folds(request);
            std::vector<std::int64_t> validated, sealed;
            for (std::int64_t fold = 0; fold < folds; ++fold) {
                request.spec.fold = fold;
                const auto parts = split->divide(request);
                REQUIRE(parts);
                checkParts(*parts, 61, true);
                validated.insert(validated.end(), parts->validation.begin(), parts->validation.end());
                if (fold == 0)
                    sealed = parts->test;
                CHECK(parts->test == sealed);
            }
            validated.insert(validated.end(), sealed.begin(), sealed.end());
            std::sort(validated.begin(), validated.end());
            CHECK(validated.size() == 61);
            CHECK(std::adjacent_find(validated.begin(), validated.end()) == validated.end());
            request.spec.fold = folds;
            CHECK(split->divide(request).error().where == "/split/fold");
        }
}

TEST_CASE("splits: folds are scikit-learn's")
{
    const base::Value golden = (*base::readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/folds.json"))["folds"];
    REQUIRE(golden.array().size() >= 14);
    for (const base::Value& entry : golden.array()) {
        const std::string kind = entry["kind"].text();
        SplitData made;
        for (const base::Value& label : entry["classes"].array())
            made.classes.push_back(label.toInt());
        SplitRequest request{.rows = entry["rows"].toInt(), .classes = made.classes};
        request.test = 0;
        request.spec.folds = entry["folds"].toInt();
        request.spec.gap = entry["gap"].toInt(0);
        request.spec.window = entry["window"].text().empty() ? "expanding" : entry["window"].text();
        for (const base::Value& group : entry["groups"].array())
            made.groups.push_back(group.toInt());
        request.groups = made.groups;
        for (std::int64_t fold = 0; fold < request.spec.folds; ++fold) {
            INFO(kind << " rows " << request.rows << " folds " << request.spec.folds << " fold " << fold);
            request.spec.fold = fold;
            const auto parts = splitOf(kind)->divide(request);
            REQUIRE(parts);
            const base::Value& there = entry["parts"].array()[std::size_t(fold)];
            CHECK(std::int64_t(parts->train.size()) == there["train"].toInt());
            CHECK(std::int64_t(parts->validation.size()) == there["validation"].toInt());
            if (kind == "walk_forward") {
                CHECK(parts->train.front() == there["first"].toInt());
                CHECK(parts->validation.front() == there["begin"].toInt());
            }
            for (std::size_t c = 0; kind == "stratified_k_fold" && c < there["counts"].array().size(); ++c)
                CHECK(std::count_if(parts->validation.begin(), parts->validation.end(), [&](std::int64_t row) {
                          return made.classes[std::size_t(row)] == std::int64_t(c);
                      }) == there["counts"].array()[c].toInt());
        }
    }
}

TEST_CASE("splits: groups stay whole")
{
    const SplitData made = splitDataOf(300, 5);
    for (const std::string kind : {"group", "k_fold"})
        for (const double test : {0.0, 0.2}) {
            INFO(kind << " " << test);
            SplitRequest request = requestOf(made, 0.2, test);
            request.groups = made.groups;
            const auto parts = splitOf(kind)->divide(request);
            REQUIRE(parts);
            checkParts(*parts, 300, true);
            std::vector<int> seen(12, -1);
            int at = 0;
            for (const auto* part : {&parts->train, &parts->validation, &parts->test}) {
                for (const std::int64_t row : *part) {
                    int& place = seen[std::size_t(made.groups[std::size_t(row)])];
                    CHECK((place == -1 || place == at));
                    place = at;
                }
                CHECK((!part->empty() || (at == 2 && test == 0)));
                ++at;
            }
        }
    SplitRequest request = requestOf(made, 0.2, 0.2);
    CHECK(splitOf("group")->divide(request).error().where == "/split/group");
}

TEST_CASE("splits: what walks forward never looks ahead, and the gap stays empty")
{
    const SplitData made = splitDataOf(200, 6);
    for (const std::string window : {"expanding", "sliding"})
        for (const std::int64_t gap : {0, 5}) {
            INFO(window << " " << gap);
            SplitRequest request = requestOf(made, 0, 0.15);
            request.spec.folds = 4;
            request.spec.window = window;
            request.spec.gap = gap;
            const std::vector<std::int64_t> order = data::inTime(request);
            std::vector<std::int64_t> rank(order.size());
            for (std::size_t i = 0; i < order.size(); ++i)
                rank[std::size_t(order[i])] = std::int64_t(i);
            std::vector<std::size_t> sizes;
            for (std::int64_t fold = 0; fold < 4; ++fold) {
                request.spec.fold = fold;
                const auto parts = splitOf("walk_forward")->divide(request);
                REQUIRE(parts);
                checkParts(*parts, 200, false);
                const auto last = [&](const auto& part) {
                    std::int64_t latest = -1;
                    for (const std::int64_t row : part)
                        latest = std::max(latest, rank[std::size_t(row)]);
                    return latest;
                };
                const auto first = [&](const auto& part) {
                    std::int64_t earliest = 1000;
                    for (const std::int64_t row : part)
                        earliest = std::min(earliest, rank[std::size_t(row)]);
                    return earliest;
                };
                CHECK(first(parts->validation) == last(parts->train) + 1 + gap);
                CHECK(first(parts->test) > last(parts->validation) + gap - 1);
                sizes.push_back(parts->train.size());
            }
            CHECK((window == "sliding" ? sizes[3] == sizes[0] : sizes[3] > sizes[0]));
        }
}

TEST_CASE("splits: a gap in time is left out of a chronological division")
{
    const SplitData made = splitDataOf(100, 7);
    SplitRequest request = requestOf(made, 0.2, 0.2);
    request.spec.gap = 3;
    const auto parts = splitOf("chronological")->divide(request);
    REQUIRE(parts);
    CHECK(parts->train.size() == 57);
    CHECK(parts->validation.size() == 17);
    CHECK(parts->test.size() == 20);
    request.spec.gap = 80;
    CHECK(splitOf("chronological")->divide(request).error().where == "/split/gap");
}

TEST_CASE("splits: what the data says is taken")
{
    const SplitData made = splitDataOf(50, 8);
    const auto parts = splitOf("predefined")->divide(requestOf(made, 0.2, 0.2));
    REQUIRE(parts);
    checkParts(*parts, 50, true);
    for (const std::int64_t row : parts->validation)
        CHECK(made.parts[std::size_t(row)] == 1);
    SplitRequest none = requestOf(made, 0.2, 0.2);
    none.parts = {};
    CHECK(splitOf("predefined")->divide(none).error().where == "/split/column");
}
