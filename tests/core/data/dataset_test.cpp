// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/data/tables/columns.h"
#include "tests/support/data_sets.h"
#include "tests/support/idx_bytes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace core;
using data::DataModule;
using data::SplitName;
using tests::experimentOn;
using tests::experimentOnFile;
using tests::floatsOf;

namespace {

using Rows = std::vector<std::int64_t>;

Rows countedRows(std::int64_t n)
{
    Rows rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

// A matrix of the golden file; null is NaN.
at::Tensor goldenMatrix(const base::Value& rows)
{
    const std::int64_t width = std::int64_t(rows.array().front().array().size());
    at::Tensor made = tensor::empty({std::int64_t(rows.array().size()), width});
    float* out = made.mutable_data_ptr<float>();
    for (const base::Value& row : rows.array())
        for (const base::Value& value : row.array())
            *out++ = value.isNull() ? std::numeric_limits<float>::quiet_NaN() : float(value.toReal());
    return made;
}

// Numbers 0 … n − 1 in x, a target of its own, one row a day from the last to the first.
std::string datedCsv(int n)
{
    std::string text = "day,x,y\n";
    for (int i = 0; i < n; ++i)
        text += "2024-01-" + std::string(n - i < 10 ? "0" : "") + std::to_string(n - i) + "," + std::to_string(i) +
                "," + std::to_string(i * i) + ".5\n";
    return text;
}

base::Error openError(const spec::Experiment& experiment)
{
    const auto module = DataModule::open(experiment);
    return module ? base::Error{} : module.error();
}

}

TEST_CASE("data module: filling and scaling are scikit-learn's")
{
    const auto golden = base::readJson(DESCENT_SOURCE_DIR "/tests/golden/scaling.json");
    REQUIRE(golden);
    const data::DatasetInfo info{.features = {"a", "b", "c"}, .origins = {"a", "b", "c"}};
    for (const std::string missing : {"mean", "median", "most_frequent"}) {
        at::Tensor inputs = goldenMatrix((*golden)["train"]);
        const Rows rows = countedRows(inputs.size(0));
        const auto fills = data::fillsFor(inputs, info, rows, missing);
        REQUIRE(fills);
        const base::Value& expected = (*golden)[missing];
        for (std::size_t f = 0; f < 3; ++f)
            CHECK((*fills)[f] == Approx(expected["fills"].array()[f].toReal()));
        data::fillMissing(inputs, *fills);
        for (const std::string kind : {"standard", "minmax"}) {
            spec::DataSpec wish;
            wish.normalize = kind;
            const auto made = data::scalingFor(inputs, rows, wish);
            REQUIRE(made);
            const data::Scaling& scaling = *made;
            const auto values = floatsOf(inputs), scaled = floatsOf(goldenMatrix(expected[kind]));
            for (std::size_t i = 0; i < values.size(); ++i)
                CHECK((values[i] - scaling.shift[i % 3]) * scaling.scale[i % 3] == Approx(scaled[i]).margin(1e-6));
        }
    }
}

TEST_CASE("data module: a scale that is given is taken; one of another length is refused by its name")
{
    spec::Experiment experiment = experimentOn("two-moons");
    experiment.data.normalize = "given";
    experiment.data.mean = {0.5, -1};
    experiment.data.std = {2};
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    CHECK(module->shift()[0] == Approx(0.5));
    CHECK(module->shift()[1] == Approx(-1));
    CHECK(module->scale()[0] == Approx(0.5));
    CHECK(module->scale()[1] == Approx(0.5));
    experiment.data.mean = {1, 2, 3};
    const auto refused = DataModule::open(experiment);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/data/mean");
    experiment.data.mean = {};
    CHECK_FALSE(DataModule::open(experiment));
}

TEST_CASE("data module: figures for normalizing come from the training rows alone")
{
    spec::Experiment experiment = experimentOn("two-moons");
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    const auto train = floatsOf(module->gather(module->rows(SplitName::Train).all()).input);
    double sum = 0, square = 0;
    for (std::size_t i = 0; i < train.size(); i += 2) {
        sum += train[i];
        square += train[i] * train[i];
    }
    const double n = double(train.size()) / 2;
    CHECK(sum / n == Approx(0).margin(1e-6));
    CHECK(square / n == Approx(1).epsilon(1e-5));
    const auto all = floatsOf(module->gather(countedRows(module->size())).input);
    double sumAll = 0;
    for (std::size_t i = 0; i < all.size(); i += 2)
        sumAll += all[i];
    CHECK(std::abs(sumAll / double(all.size())) > 1e-4);
    experiment.data.normalize = "minmax";
    const auto minmax = DataModule::open(experiment);
    const auto values = floatsOf(minmax->gather(minmax->rows(SplitName::Train).all()).input);
    CHECK(*std::min_element(values.begin(), values.end()) == 0);
    CHECK(*std::max_element(values.begin(), values.end()) == Approx(1));
}

TEST_CASE("data module: a constant column keeps its scale")
{
    const tests::TempFolder folder;
    const auto module =
        DataModule::open(experimentOnFile(folder.file("a.csv", "c,x,y\n7,1,0.5\n7,2,1.5\n7,3,2.5\n7,4,9.5\n")));
    REQUIRE(module);
    CHECK(module->scale()[0] == 1);
    for (std::int64_t row = 0; row < 4; ++row)
        CHECK(floatsOf(module->gather(Rows{row}).input)[0] == 0);
}

TEST_CASE("data module: images are brought to [0, 1] and normalized by channel")
{
    const tests::TempFolder folder;
    std::string pixels;
    for (int i = 0; i < 40 * 2 * 3; ++i)
        pixels.push_back(char(i * 37 % 256));
    const auto images = folder.file("a-images-idx4-ubyte", tests::idxBytes(8, {20, 3, 2, 2}, pixels));
    folder.file("a-labels-idx1-ubyte", tests::idxBytes(8, {20}, std::string(10, '\0') + std::string(10, '\1')));
    spec::Experiment experiment = experimentOnFile(images);
    experiment.split.validation = 0;
    experiment.split.test = 0;
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    REQUIRE(module->shift().size() == 3);
    const at::Tensor scaled = module->gather(module->rows(SplitName::Train).all()).input;
    CHECK(scaled.sizes().vec() == std::vector<std::int64_t>{20, 3, 2, 2});
    for (std::int64_t channel = 0; channel < 3; ++channel) {
        const at::Tensor values = scaled.select(1, channel).to(at::kDouble);
        CHECK(values.mean().item<double>() == Approx(0).margin(1e-6));
        CHECK(values.mul(values).mean().item<double>() == Approx(1).epsilon(1e-5));
    }
    experiment.data.normalize = "none";
    const auto plain = DataModule::open(experiment);
    const auto row = floatsOf(plain->gather(Rows{3}).input), raw = floatsOf(plain->raw(3).to(at::kFloat));
    for (std::size_t i = 0; i < row.size(); ++i)
        CHECK(row[i] == Approx(raw[i] / 255).margin(1e-7));
}

TEST_CASE("data module: gather gives the rows asked for, in their order, of any number")
{
    const auto module = DataModule::open(experimentOn("blobs"));
    REQUIRE(module);
    const auto all = floatsOf(module->gather(countedRows(300)).input);
    const Rows some{7, 299, 0, 7};
    const data::Batch batch = module->gather(some);
    CHECK(batch.input.sizes().vec() == std::vector<std::int64_t>{4, 2});
    const auto values = floatsOf(batch.input);
    for (std::size_t i = 0; i < some.size(); ++i) {
        CHECK(values[2 * i] == all[2 * std::size_t(some[i])]);
        CHECK(double(tests::longsOf(batch.target)[i]) == module->target(some[i]));
    }
    CHECK(module->gather({}).input.size(0) == 0);
}

TEST_CASE("data module: wide images are converted to the last pixel")
{
    // 7 × 5 pixels are two blocks of 16 and a rest.
    const tests::TempFolder folder;
    const auto images = folder.file("a-images-idx3-ubyte", tests::idxBytes(8, {4, 7, 5}, tests::countedBytes(140)));
    folder.file("a-labels-idx1-ubyte", tests::idxBytes(8, {4}, std::string("\0\1\0\1", 4)));
    spec::Experiment experiment = experimentOnFile(images);
    experiment.data.normalize = "none";
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    const auto values = floatsOf(module->gather(Rows{2, 0, 3, 1}).input);
    for (std::size_t i = 0; i < 35; ++i) {
        CHECK(values[i] == Approx((70 + double(i)) / 255));
        CHECK(values[105 + i] == Approx((35 + double(i)) / 255));
    }
}

TEST_CASE("data module: classes are divided in shares, numbers at random, dates by time")
{
    const auto classes = DataModule::open(experimentOn("blobs", {{"centers", 3}}));
    std::array<int, 3> inTest{};
    for (const std::int64_t row : classes->rows(SplitName::Test))
        ++inTest[std::size_t(classes->target(row))];
    CHECK(inTest == std::array{15, 15, 15});
    const tests::TempFolder folder;
    const auto dated = DataModule::open(experimentOnFile(folder.file("a.csv", datedCsv(20))));
    REQUIRE(dated);
    // The rows run backwards in time.
    CHECK(dated->rows(SplitName::Test) == Rows{0, 1, 2});
    CHECK(dated->rows(SplitName::Validation) == Rows{3, 4, 5});
    spec::Experiment random = experimentOnFile(folder.path() / "a.csv");
    random.split.kind = "random";
    CHECK(DataModule::open(random)->rows(SplitName::Test) != Rows{0, 1, 2});
}

TEST_CASE("data module: too few of a class for shares, and the split is random")
{
    const tests::TempFolder folder;
    std::string text = "x,y\n";
    for (int i = 0; i < 30; ++i)
        text += std::to_string(i) + (i == 17 ? ",rare\n" : ",common\n");
    spec::Experiment experiment = experimentOnFile(folder.file("a.csv", text));
    CHECK(DataModule::open(experiment));
    experiment.split.kind = "stratified";
    CHECK(openError(experiment).message.find("class \"rare\" has 1 row, ") == 0);
}

TEST_CASE("data module: a source's own test rows are the test split unless one is asked for")
{
    const tests::TempFolder folder;
    const auto images = folder.file("train-images-idx3-ubyte", tests::idxBytes(8, {20, 1, 1}, tests::countedBytes(20)));
    folder.file("train-labels-idx1-ubyte", tests::idxBytes(8, {20}, std::string(10, '\0') + std::string(10, '\1')));
    folder.file("t10k-images-idx3-ubyte", tests::idxBytes(8, {3, 1, 1}, tests::countedBytes(3, 200)));
    folder.file("t10k-labels-idx1-ubyte", tests::idxBytes(8, {3}, std::string("\0\1\0", 3)));
    spec::Experiment experiment = experimentOnFile(images);
    const auto own = DataModule::open(experiment);
    REQUIRE(own);
    CHECK(own->size() == 23);
    CHECK(own->rows(SplitName::Test) == Rows{20, 21, 22});
    CHECK(own->rows(SplitName::Train).size() == 17);
    CHECK(own->raw(20).item<std::uint8_t>() == 200);
    experiment.split.test = 0.15;
    const auto asked = DataModule::open(experiment);
    CHECK(asked->rows(SplitName::Test).size() == 3);
    CHECK(asked->rows(SplitName::Test).back() < 20);
    experiment.split.test = 0;
    CHECK(DataModule::open(experiment)->rows(SplitName::Test).empty());
}

TEST_CASE("data module: a missing value is an error with row, line and column, or is filled or left out")
{
    const tests::TempFolder folder;
    std::string text = "a,colour,y\n";
    for (int i = 0; i < 20; ++i)
        text += (i == 4 ? "NA" : std::to_string(i)) +
                (i == 9  ? ","
                 : i % 4 ? ",red"
                         : ",blue") +
                "," + std::to_string(i) + ".5\n";
    spec::Experiment experiment = experimentOnFile(folder.file("a.csv", text));
    experiment.split.kind = "chronological";
    const base::Error error = openError(experiment);
    CHECK(error.kind == base::ErrorKind::Data);
    CHECK(error.message == "row 4 (line 6), column \"a\": the value is missing, one of 2");
    CHECK(error.where.ends_with("a.csv:6"));
    CHECK(DataModule::open(experiment, false));

    experiment.data.missing = "drop";
    const auto dropped = DataModule::open(experiment);
    REQUIRE(dropped);
    std::set<std::int64_t> used;
    for (const SplitName split : {SplitName::Train, SplitName::Validation, SplitName::Test})
        used.insert(dropped->rows(split).begin(), dropped->rows(split).end());
    CHECK(used.size() == 18);
    CHECK_FALSE(used.contains(4));
    CHECK_FALSE(used.contains(9));

    experiment.data.missing = "median";
    experiment.data.normalize = "none";
    const auto filled = DataModule::open(experiment);
    REQUIRE(filled);
    // Training rows are 0 … 13 without 4; red is more frequent there.
    CHECK(floatsOf(filled->gather(Rows{4, 9}).input) == std::vector<float>{7, 1, 0, 9, 0, 1});
    experiment.data.missing = "mean";
    CHECK(floatsOf(DataModule::open(experiment)->gather(Rows{9}).input)[2] == Approx(9.0 / 13));
}

TEST_CASE("data module: a missing target can be dropped, not filled")
{
    const tests::TempFolder folder;
    const std::string text = "x,y\n1,a\n2,\n3,b\n4,a\n5,b\n6,a\n7,b\n8,a\n9,b\n";
    spec::Experiment experiment = experimentOnFile(folder.file("a.csv", text));
    CHECK(openError(experiment).message == "row 1 (line 3), column \"y\": the value is missing");
    experiment.data.missing = "mean";
    CHECK(openError(experiment).advice.find("A target cannot be filled in") == 0);
    experiment.data.missing = "drop";
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    CHECK(module->rows(SplitName::Train).size() + module->rows(SplitName::Validation).size() +
              module->rows(SplitName::Test).size() ==
          8);
}

TEST_CASE("data module: an infinite value is an error in training")
{
    const tests::TempFolder folder;
    spec::Experiment experiment = experimentOnFile(folder.file("a.csv", "x,y\n1,0.5\n1e39,1.5\n3,2.5\n4,3.5\n"));
    CHECK(openError(experiment).message == "row 1 (line 3), column \"x\": the value is infinite");
    experiment.data.missing = "drop";
    CHECK_FALSE(DataModule::open(experiment));
    CHECK(DataModule::open(experiment, false));
}

TEST_CASE("data module: a row without a time cannot be put in order")
{
    const tests::TempFolder folder;
    spec::Experiment experiment = experimentOnFile(folder.file("a.csv", datedCsv(9) + ",3,4.5\n"));
    CHECK(openError(experiment).message.find("row 9 has no time in column \"day\"") == 0);
    experiment.data.missing = "drop";
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    CHECK(module->rows(SplitName::Test) == Rows{0});
}

TEST_CASE("data module: an impossible split is an error of the experiment")
{
    spec::Experiment experiment = experimentOn("xor");
    experiment.split.test = 0.5;
    const base::Error error = openError(experiment);
    CHECK(error.kind == base::ErrorKind::Spec);
    CHECK(error.where == "/split");
}

TEST_CASE("data module: a new file is read with the columns, texts and figures of training")
{
    const tests::TempFolder folder;
    const auto file =
        folder.file("a.csv", "x,colour,y\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n5,red,a\n6,blue,b\n7,red,a\n8,red,b\n");
    spec::Experiment experiment = experimentOnFile(file);
    const auto module = DataModule::open(experiment);
    REQUIRE(module);
    const auto same = module->readInputs(file.string());
    REQUIRE(same);
    CHECK(same->equal(module->gather(countedRows(8)).input));
    // Other order, no target, a text that was never seen.
    const auto other = module->readInputs(folder.file("b.csv", "extra,colour,x\n0,blue,2\n0,green,3\n").string());
    REQUIRE(other);
    CHECK(other->select(0, 0).equal(same->select(0, 1)));
    CHECK(floatsOf(other->select(0, 1))[0] == floatsOf(same->select(0, 2))[0]);
    const auto lacking = module->readInputs(folder.file("c.csv", "colour,z\nblue,2\n").string());
    REQUIRE_FALSE(lacking);
    CHECK(lacking.error().message.find("has no column \"x\"") != std::string::npos);
    const auto hole = folder.file("d.csv", "colour,x\nblue,\nred,1\n").string();
    CHECK(module->readInputs(hole).error().message == "row 0 (line 2), column \"x\": the value is missing");
    experiment.data.missing = "mean";
    CHECK(DataModule::open(experiment)->readInputs(hole));
    CHECK(module->readInputs(folder.file("e.csv", "colour,x\nblue,oops\nred,1\nred,2\n").string()).error().message ==
          "row 0 (line 2), column \"x\": \"oops\" is not a number");
}
