// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>
#include <cmath>

using namespace core;
using namespace core::data;

namespace {

std::string sizesPicture(std::int64_t rows, double train, double validation, double test)
{
    const auto sizes = partSizes(rows, train, validation, test);
    return sizes ? std::to_string((*sizes)[0]) + " " + std::to_string((*sizes)[1]) + " " + std::to_string((*sizes)[2])
                 : sizes.error().message;
}

base::Result<SplitRows> divided(const std::string& kind, const SplitRequest& request)
{
    return (*allSplits().make({kind}))->divide(request);
}

using Rows = std::vector<std::int64_t>;

}

TEST_CASE("split: validation and test are rounded, training gets the rest")
{
    CHECK(sizesPicture(100, 0.7, 0.15, 0.15) == "70 15 15");
    CHECK(sizesPicture(150, 0.7, 0.15, 0.15) == "104 23 23");
    CHECK(sizesPicture(10, 0.7, 0.15, 0.15) == "6 2 2");
    CHECK(sizesPicture(60000, 0.7, 0.15, 0) == "51000 9000 0");
    CHECK(sizesPicture(10, 1, 0, 0) == "10 0 0");
    CHECK(sizesPicture(3, 0.7, 0.15, 0.15) == "3 0 0");
}

TEST_CASE("split: impossible shares are refused")
{
    CHECK(sizesPicture(100, 0.7, 0.3, 0.1) == "train, validation and test add up to more than all rows");
    CHECK(sizesPicture(100, 0.7, -0.1, 0.1) == "has a negative share");
    CHECK(sizesPicture(100, 0, 0.5, 0.5) == "leaves nothing to train on: 100 rows, of which 50 validate and 50 test");
    CHECK(sizesPicture(1, 0.01, 0.99, 0) == "leaves nothing to train on: 1 rows, of which 1 validate and 0 test");
    CHECK(partSizes(100, 0.7, 0.3, 0.1).error().where == "/split");
}

TEST_CASE("split: the test share is given, the source's own, or what is left")
{
    spec::SplitSpec spec;
    CHECK(testShare(spec, false) == Approx(0.15));
    CHECK(testShare(spec, true) == 0);
    spec.train = 0.8;
    spec.validation = 0.2;
    CHECK(testShare(spec, false) == 0);
    spec.test = 0;
    CHECK(testShare(spec, true) == 0);
    spec.test = 0.1;
    CHECK(testShare(spec, true) == 0.1);
}

TEST_CASE("split: a class of few rows is in every part of a stratified split, and parts keep their sizes")
{
    Rows classes;
    for (std::int64_t row = 0; row < 103; ++row)
        classes.push_back(row < 3 ? 2 : row % 2);
    SplitRequest request;
    request.rows = 103;
    request.classes = classes;
    request.spec.kind = "stratified";
    request.test = 0.15;
    const auto parts = divided("stratified", request);
    REQUIRE(parts);
    for (const auto* part : {&parts->train, &parts->validation, &parts->test})
        CHECK(std::count_if(part->begin(), part->end(), [](auto row) { return row < 3; }) == 1);
    const auto sizes = partSizes(103, request.spec.train, request.spec.validation, request.test);
    REQUIRE(sizes);
    CHECK(std::int64_t(parts->train.size()) == (*sizes)[0]);
    CHECK(std::int64_t(parts->test.size()) == (*sizes)[2]);
}

TEST_CASE("split: stratified divides each class and each part to within one row")
{
    // Counts and shares drawn at random, rare classes among them.
    for (std::uint64_t round = 0; round < 300; ++round) {
        const base::Draw draw(round, "test/stratify");
        std::vector<std::int64_t> counts(2 + draw.below(0, 12));
        std::int64_t rows = 0;
        for (std::size_t c = 0; c < counts.size(); ++c)
            rows += counts[c] = std::int64_t(draw.below(c + 1, draw.below(100 + c, 3) == 0 ? 4 : 200));
        const double validation = draw.uniform(50, 0, 0.5), test = draw.uniform(51, 0, 0.45);
        const auto sizes = partSizes(rows, 0.01, validation, test);
        if (!sizes)
            continue;
        const auto cells = stratify(counts, *sizes);
        std::array<std::int64_t, 3> inPart{};
        for (std::size_t c = 0; c < counts.size(); ++c) {
            CHECK(cells[c][0] + cells[c][1] + cells[c][2] == counts[c]);
            for (std::size_t p = 0; p < 3; ++p) {
                inPart[p] += cells[c][p];
                const double exact = double(counts[c]) * double((*sizes)[p]) / double(rows);
                CHECK(std::abs(double(cells[c][p]) - exact) < 1);
            }
        }
        CHECK(inPart == *sizes);
    }
}

TEST_CASE("split: class counts of a stratified test part are scikit-learn's")
{
    const auto golden = base::readJson(DESCENT_SOURCE_DIR "/tests/golden/splits.json");
    REQUIRE(golden);
    REQUIRE((*golden)["stratified"].array().size() >= 5);
    for (const base::Value& example : (*golden)["stratified"].array()) {
        Rows counts;
        std::int64_t rows = 0;
        for (const base::Value& count : example["counts"].array())
            rows += counts.emplace_back(count.toInt());
        const std::int64_t test = example["test_size"].toInt();
        const auto cells = stratify(counts, {rows - test, 0, test});
        for (std::size_t c = 0; c < counts.size(); ++c)
            CHECK(cells[c][2] == example["test"].array()[c].toInt());
    }
}

TEST_CASE("split: a class with too few rows is named")
{
    const Rows classes{0, 0, 0, 0, 0, 0, 1, 1};
    const std::vector<std::string> names{"cat", "dog"};
    SplitRequest request{{}, 8, classes, names, {}, 0.25};
    request.spec.train = 0.5;
    request.spec.validation = 0.25;
    const auto refused = divided("stratified", request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message ==
          "class \"dog\" has 2 rows, and a stratified split into 3 parts needs one for each");
    CHECK(refused.error().kind == base::ErrorKind::Data);
}

TEST_CASE("split: stratified without classes is refused")
{
    CHECK_FALSE(divided("stratified", {{}, 10, {}, {}, {}, 0.15}));
}

TEST_CASE("split: chronological keeps the order of the times, and of the rows where they are equal")
{
    SplitRequest request{{}, 6, {}, {}, {}, 1.0 / 3};
    request.spec.train = request.spec.validation = 1.0 / 3;
    const auto byRow = divided("chronological", request);
    REQUIRE(byRow);
    CHECK(byRow->train == Rows{0, 1});
    CHECK(byRow->validation == Rows{2, 3});
    CHECK(byRow->test == Rows{4, 5});
    const std::vector<double> times{50, 10, 30, std::nan(""), 10, 20};
    request.times = times;
    const auto byTime = divided("chronological", request);
    CHECK(byTime->train == Rows{1, 4});
    CHECK(byTime->validation == Rows{2, 5});
    CHECK(byTime->test == Rows{0, 3});
}

TEST_CASE("split: another seed, another division")
{
    SplitRequest request{{}, 100, {}, {}, {}, 0.15};
    const auto first = divided("random", request);
    request.spec.seed = 1;
    CHECK(divided("random", request)->train != first->train);
}

TEST_CASE("split: stratified folds go on with a class that is rarer than folds, as scikit-learn does")
{
    Rows classes(30, 0);
    classes[3] = classes[17] = 1;
    SplitRequest request;
    request.rows = 30;
    request.classes = classes;
    request.spec.folds = 5;
    request.test = 0;
    Rows looked(30, 0);
    int folds = 0;
    for (std::int64_t fold = 0; fold < 5; ++fold) {
        request.spec.fold = fold;
        const auto parts = divided("stratified_k_fold", request);
        REQUIRE(parts);
        CHECK(parts->validation.size() == 6);
        for (const std::int64_t row : parts->validation)
            ++looked[std::size_t(row)];
        folds += std::any_of(parts->validation.begin(), parts->validation.end(),
                             [&](auto row) { return classes[std::size_t(row)] == 1; });
    }
    CHECK(looked == Rows(30, 1));
    CHECK(folds == 2);
    request.rows = 6;
    request.classes = std::span(classes).subspan(0, 6);
    request.spec.folds = 7;
    request.spec.fold = 0;
    const auto none = divided("stratified_k_fold", request);
    REQUIRE_FALSE(none);
    CHECK(none.error().where == "/split/folds");
}
