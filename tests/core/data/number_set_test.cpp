// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/open.h"
#include "core/data/tables/number_set.h"
#include "tests/support/archives.h"
#include "tests/support/data_sets.h"

using namespace core;
using data::Element;
using data::NamedArray;
using data::NumberArray;
using tests::countedBytes;
using tests::floatsOf;
using tests::longsOf;
using tests::npyBytes;
using tests::zipBytes;

namespace {

NamedArray bytesArray(const std::string& name, std::vector<std::int64_t> shape, const std::string& body)
{
    return {name, NumberArray{.element = Element::U8, .shape = std::move(shape), .bytes = body}};
}

base::Result<data::Loaded> loadedFrom(std::vector<NamedArray> arrays, data::NumberSet set = {.where = "f", .name = "f"},
                                      const std::string& task = "auto")
{
    data::SourceRequest request;
    request.data.task = task;
    return data::loadArrays(std::move(arrays), set, request);
}

data::DataModule openModule(const std::filesystem::path& file)
{
    auto module = data::DataModule::open(tests::experimentOnFile(file));
    if (!module)
        FAIL(base::describe(module.error()));
    return std::move(*module);
}

}

TEST_CASE("arrays: names say what they are for")
{
    CHECK(data::roleOf("X_train").input);
    CHECK(data::roleOf("train_set_x").input);
    CHECK(data::roleOf("y_test").part == 2);
    CHECK(data::roleOf("val/labels").part == 1);
    CHECK(data::roleOf("target_names").names);
    CHECK(data::roleOf("features").input);
    CHECK_FALSE(data::roleOf("height").input);
    CHECK_FALSE(data::roleOf("max").target);
}

TEST_CASE("arrays: pictures stay bytes, channels go first")
{
    const auto loaded =
        loadedFrom({bytesArray("images", {4, 2, 2, 3}, countedBytes(48)), bytesArray("labels", {4}, {0, 1, 0, 1})});
    REQUIRE(loaded);
    CHECK(loaded->info.modality == data::Modality::Image);
    CHECK(loaded->info.inputShape == std::vector<std::int64_t>{3, 2, 2});
    CHECK(loaded->inputs.scalar_type() == at::kByte);
    // Row 0, channel 1: bytes 1, 4, 7, 10.
    CHECK(longsOf(loaded->inputs.select(0, 0).select(0, 1).to(at::kLong)) == std::vector<std::int64_t>{1, 4, 7, 10});
    CHECK(longsOf(loaded->targets) == std::vector<std::int64_t>{0, 1, 0, 1});
    CHECK(loaded->info.classes == std::vector<std::string>{"0", "1"});
}

TEST_CASE("arrays: numbers of three dimensions are series, channels first")
{
    std::vector<float> values(2 * 5 * 3);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(i) / 10;
    NumberArray x{.element = Element::F32, .shape = {2, 5, 3}};
    x.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * 4);
    const auto loaded = loadedFrom({{"x", x}, bytesArray("y", {2}, {0, 1})}, {.where = "f"}, "classification");
    REQUIRE(loaded);
    CHECK(loaded->info.modality == data::Modality::Series);
    CHECK(loaded->info.inputShape == std::vector<std::int64_t>{3, 5});
    CHECK(floatsOf(loaded->inputs.select(0, 0).select(0, 1)) == std::vector<float>{0.1f, 0.4f, 0.7f, 1.0f, 1.3f});
}

TEST_CASE("arrays: few columns with labels are a table, with names where the file has them")
{
    NamedArray names{"feature_names", NumberArray{.element = Element::Text, .shape = {2}, .texts = {"a", "b"}}};
    NamedArray kinds{"target_names", NumberArray{.element = Element::Text, .shape = {2}, .texts = {"cat", "dog"}}};
    const auto loaded =
        loadedFrom({bytesArray("data", {3, 2}, countedBytes(6)), bytesArray("target", {3}, {1, 0, 1}), names, kinds});
    REQUIRE(loaded);
    REQUIRE(loaded->table);
    CHECK(loaded->table->names() == std::vector<std::string>{"a", "b", "target"});
    CHECK(loaded->table->target == "target");
    CHECK(loaded->table->columns[1].numbers == std::vector<double>{1, 3, 5});
    CHECK(loaded->table->columns[2].words == std::vector<std::string>{"cat", "dog"});
    CHECK(loaded->table->columns[2].codes == std::vector<std::int32_t>{1, 0, 1});
}

TEST_CASE("arrays: one-hot labels are classes, several numbers a row are refused")
{
    const auto x = bytesArray("x", {3, 2, 2}, countedBytes(12));
    const auto loaded =
        loadedFrom({x, bytesArray("y", {3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 1})}, {.where = "f"}, "classification");
    REQUIRE(loaded);
    CHECK(longsOf(loaded->targets) == std::vector<std::int64_t>{1, 0, 2});
    CHECK(loadedFrom({x, bytesArray("y", {3, 2}, {0, 5, 1, 1, 2, 2})}).error().message.find("has 3 × 2 targets") == 0);
}

TEST_CASE("arrays: test rows of their own are the test split, validation rows predefine it")
{
    const auto part = [](const std::string& name, std::int64_t rows) {
        return bytesArray(name, {rows, 2, 2}, countedBytes(std::size_t(rows) * 4));
    };
    const auto two = loadedFrom({part("x_train", 4), bytesArray("y_train", {4}, {0, 1, 0, 1}), part("x_test", 2),
                                 bytesArray("y_test", {2}, {1, 0})});
    REQUIRE(two);
    CHECK(two->info.testRows == 2);
    CHECK(longsOf(two->testTargets) == std::vector<std::int64_t>{1, 0});
    CHECK(two->parts.empty());
    const auto three =
        loadedFrom({part("x_train", 4), bytesArray("y_train", {4}, {0, 1, 0, 1}), part("x_val", 2),
                    bytesArray("y_val", {2}, {1, 1}), part("x_test", 2), bytesArray("y_test", {2}, {1, 0})});
    REQUIRE(three);
    CHECK(three->parts == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 2, 2});
    CHECK(three->inputs.size(0) == 8);
}

TEST_CASE("arrays: what does not fit together says so")
{
    CHECK(loadedFrom({bytesArray("x", {3, 2, 2}, countedBytes(12)), bytesArray("y", {2}, {0, 1})}).error().message ==
          "has 2 labels for 3 rows");
    CHECK(loadedFrom({bytesArray("x", {3, 2, 2}, countedBytes(12))}).error().message.find("has no array of labels") ==
          0);
    CHECK(loadedFrom({}).error().message == "holds no array");
    const auto unnamed = loadedFrom({bytesArray("a", {2}, {0, 1})}, {.where = "f", .x = "pixels"});
    CHECK(unnamed.error().where == "/data/source/x");
    CHECK(unnamed.error().advice == "Arrays: a (2)");
}

TEST_CASE("npz: a table of columns, and a model's new rows")
{
    const tests::TempFolder folder;
    std::string heights, kinds;
    for (int i = 0; i < 40; ++i) {
        heights += char(i);
        kinds += char(i >= 20);
    }
    const auto file = folder.file("a.npz", zipBytes({{"height.npy", npyBytes("|u1", "(40,)", heights), true},
                                                     {"width.npy", npyBytes("|u1", "(40,)", heights)},
                                                     {"label.npy", npyBytes("|u1", "(40,)", kinds)}}));
    const auto module = openModule(file);
    CHECK(module.info().features == std::vector<std::string>{"height", "width"});
    CHECK(module.info().target == "label");
    CHECK(module.info().classes.size() == 2);
    const auto again = folder.file("b.npz", zipBytes({{"width.npy", npyBytes("|u1", "(2,)", {1, 2})},
                                                      {"height.npy", npyBytes("|u1", "(2,)", {3, 4})}}));
    const auto inputs = module.readInputs(again.string());
    REQUIRE(inputs);
    CHECK(inputs->sizes().vec() == std::vector<std::int64_t>{2, 2});
}

TEST_CASE("npz: is read apart; what it needs and cannot read says where, what nobody needs is left out")
{
    const tests::TempFolder folder;
    const auto openedError = [&](const std::string& bytes) {
        return data::DataModule::open(tests::experimentOnFile(folder.file("a.npz", bytes))).error();
    };
    const std::string x = npyBytes("|u1", "(40, 2)", std::string(80, 'x')),
                      y = npyBytes("|u1", "(40,)", std::string(20, '\0') + std::string(20, '\1'));
    const auto pickled = openedError(zipBytes({{"x.npy", npyBytes("|O", "(40,)", "x")}, {"y.npy", y}}));
    CHECK(pickled.kind == base::ErrorKind::Data);
    CHECK(pickled.message.find("holds Python objects") == 0);
    CHECK(pickled.where.ends_with("a.npz: x.npy"));
    const auto module = openModule(
        folder.file("b.npz", zipBytes({{"x.npy", x}, {"y.npy", y}, {"other.npy", npyBytes("|O", "(1,)", "x")}})));
    CHECK(module.info().rows == 40);
    std::string cut = zipBytes({{"x.npy", x, true}, {"y.npy", y}});
    cut[60] = char(cut[60] ^ 0x55);
    CHECK(openedError(cut).kind == base::ErrorKind::Data);
}

TEST_CASE("npy: labels and test rows stand beside")
{
    const tests::TempFolder folder;
    folder.file("y_train.npy", npyBytes("|u1", "(40,)", std::string(20, '\0') + std::string(20, '\1')));
    folder.file("X_test.npy", npyBytes("|u1", "(3, 2, 2)", countedBytes(12)));
    folder.file("y_test.npy", npyBytes("|u1", "(3,)", {1, 0, 1}));
    folder.file("other.npy", npyBytes("|O", "(1,)", "x"));
    const auto module = openModule(folder.file("X_train.npy", npyBytes("|u1", "(40, 2, 2)", std::string(160, 'x'))));
    CHECK(module.info().rows == 40);
    CHECK(module.info().testRows == 3);
    CHECK(module.info().inputShape == std::vector<std::int64_t>{1, 2, 2});
    CHECK(module.rows(data::SplitName::Test).size() == 3);
    const auto rows = module.readInputs((folder.path() / "X_test.npy").string());
    REQUIRE(rows);
    CHECK(rows->size(0) == 3);
}

TEST_CASE("npy: a matrix alone is a table")
{
    const tests::TempFolder folder;
    std::string rows;
    for (int i = 0; i < 40; ++i)
        rows += {char(i), char(i * 2), char(i % 2)};
    const auto module = openModule(folder.file("m.npy", npyBytes("|u1", "(40, 3)", rows)));
    CHECK(module.info().features == std::vector<std::string>{"column_1", "column_2"});
    CHECK(module.info().target == "column_3");
    CHECK(module.info().classifies());
}

TEST_CASE("libsvm: a table, wide rows as they are, new rows as wide as the model's")
{
    const tests::TempFolder folder;
    std::string narrow, wide;
    for (int i = 0; i < 40; ++i) {
        narrow += std::to_string(i % 2) + " 1:" + std::to_string(i) + " 3:1\n";
        wide += std::to_string(i % 2) + " qid:" + std::to_string(i / 4) + " 5:" + std::to_string(i) + " 500:1\n";
    }
    const auto table = openModule(folder.file("narrow.txt", narrow));
    CHECK(table.info().features == std::vector<std::string>{"column_1", "column_2", "column_3"});
    CHECK(table.info().classes == std::vector<std::string>{"0", "1"});
    const auto few = table.readInputs(folder.file("few", "1:5\n2:6\n").string());
    REQUIRE(few);
    CHECK(few->sizes().vec() == std::vector<std::int64_t>{2, 3});
    const auto tensors = openModule(folder.file("wide.txt", wide));
    CHECK(tensors.info().inputShape == std::vector<std::int64_t>{500});
    CHECK(tensors.readInputs(folder.file("one", "3:1\n1:2\n").string())->size(1) == 500);
    spec::Experiment grouped = tests::experimentOn("libsvm", {{"path", (folder.path() / "narrow.txt").string()}});
    CHECK(data::DataModule::open(grouped));
}
