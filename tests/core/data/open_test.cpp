// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/open.h"
#include "tests/support/data_sets.h"
#include "tests/support/idx_bytes.h"

#include <cstdlib>
#include <sys/stat.h>

using namespace core;
using tests::countedBytes;
using tests::gzipped;
using tests::idxBytes;
using tests::longsOf;

namespace {

base::Result<data::Loaded> loadedFile(const std::filesystem::path& file, base::Object more = {})
{
    data::SourceRequest request;
    more.set("path", file.string());
    request.data.source = {more.size() == 1 ? "file" : "idx", more};
    return data::loadWhole(request);
}

// Six images of 2 × 2 and their labels, and a test set of two.
void writeMnist(const tests::TempFolder& folder, const std::string& labels = countedBytes(3) + countedBytes(3))
{
    folder.file("train-images-idx3-ubyte.gz", gzipped(idxBytes(8, {6, 2, 2}, countedBytes(24))));
    folder.file("train-labels-idx1-ubyte", idxBytes(8, {6}, labels));
    folder.file("t10k-images-idx3-ubyte", idxBytes(8, {2, 2, 2}, countedBytes(8, 100)));
    folder.file("t10k-labels-idx1-ubyte.gz", gzipped(idxBytes(8, {2}, countedBytes(2, 1))));
}

// Sets an environment variable for one test.
struct Variable {
    explicit Variable(const std::string& value) { ::setenv("DESCENT_FASHION_MNIST", value.c_str(), 1); }
    ~Variable() { ::unsetenv("DESCENT_FASHION_MNIST"); }
};

}

TEST_CASE("idx set: labels and test files are found beside the images, packed or not")
{
    const tests::TempFolder folder;
    writeMnist(folder);
    for (const char* name : {"train-images-idx3-ubyte.gz", "train-images-idx3-ubyte", ""}) {
        const auto loaded = loadedFile(folder.path() / name);
        REQUIRE(loaded);
        CHECK(loaded->inputs.scalar_type() == at::kByte);
        CHECK(loaded->inputs.sizes().vec() == std::vector<std::int64_t>{6, 1, 2, 2});
        CHECK(loaded->info.inputShape == std::vector<std::int64_t>{1, 2, 2});
        CHECK(longsOf(loaded->targets) == std::vector<std::int64_t>{0, 1, 2, 0, 1, 2});
        CHECK(loaded->info.testRows == 2);
        CHECK(longsOf(loaded->testTargets) == std::vector<std::int64_t>{1, 2});
        CHECK(loaded->testInputs.const_data_ptr<std::uint8_t>()[7] == 107);
        CHECK(loaded->info.classes == std::vector<std::string>{"0", "1", "2"});
    }
}

TEST_CASE("idx set: a-images-idx3-ubyte finds a-labels-idx1-ubyte")
{
    const tests::TempFolder folder;
    const auto images = folder.file("a-images-idx3-ubyte", idxBytes(8, {2, 2, 2}, countedBytes(8)));
    const auto alone = loadedFile(images);
    REQUIRE_FALSE(alone);
    CHECK(alone.error().where == (folder.path() / "a-labels-idx1-ubyte").string());
    CHECK(alone.error().message == "no labels here, and none packed as .gz");
    folder.file("a-labels-idx1-ubyte.gz", gzipped(idxBytes(8, {2}, countedBytes(2))));
    const auto both = loadedFile(images);
    REQUIRE(both);
    CHECK(both->info.testRows == 0);
}

TEST_CASE("idx set: a label outside the others is named with its row")
{
    const tests::TempFolder folder;
    writeMnist(folder, countedBytes(3) + std::string("\0\xc8\1", 3));
    const auto loaded = loadedFile(folder.path() / "train-images-idx3-ubyte");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message == "label 200 of row 4 is out of range: classes are 0 to 2");
    CHECK(loaded.error().where.ends_with("train-labels-idx1-ubyte"));
    const auto path = folder.path() / "train-images-idx3-ubyte";
    CHECK(loadedFile(path, {{"classes", 201}})->info.classes.size() == 201);
    CHECK_FALSE(loadedFile(path, {{"classes", 3}}));
}

TEST_CASE("idx set: labels that count from 1 keep their names")
{
    const tests::TempFolder folder;
    const auto images = folder.file("a-images-idx3-ubyte", idxBytes(8, {4, 1, 1}, countedBytes(4)));
    folder.file("a-labels-idx1-ubyte", idxBytes(8, {4}, countedBytes(4, 1)));
    const auto loaded = loadedFile(images);
    REQUIRE(loaded);
    CHECK(loaded->info.classes == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(longsOf(loaded->targets) == std::vector<std::int64_t>{0, 1, 2, 3});
}

TEST_CASE("idx set: files that do not belong together are refused")
{
    const tests::TempFolder folder;
    const auto images = folder.file("a-images-idx3-ubyte", idxBytes(8, {3, 2, 2}, countedBytes(12)));
    folder.file("a-labels-idx1-ubyte", idxBytes(8, {2}, countedBytes(2)));
    CHECK(loadedFile(images).error().message == "holds 2 labels for 3 images");
    folder.file("a-labels-idx1-ubyte", idxBytes(8, {3}, countedBytes(3)));
    CHECK(loadedFile(images));
    CHECK(loadedFile(folder.path() / "a-labels-idx1-ubyte", {{"labels", images.string()}})
              .error()
              .message.find("labels") != std::string::npos);
}

TEST_CASE("idx set: colour images with channels last, and tables of floats")
{
    const tests::TempFolder folder;
    const auto colour = folder.file("c-images-idx4-ubyte", idxBytes(8, {2, 2, 2, 3}, countedBytes(24)));
    folder.file("c-labels-idx1-ubyte", idxBytes(8, {2}, countedBytes(2)));
    const auto loaded = loadedFile(colour);
    REQUIRE(loaded);
    CHECK(loaded->info.inputShape == std::vector<std::int64_t>{3, 2, 2});
    const std::uint8_t* bytes = loaded->inputs.const_data_ptr<std::uint8_t>();
    CHECK(std::vector<int>(bytes, bytes + 8) == std::vector<int>{0, 3, 6, 9, 1, 4, 7, 10});
    const auto table =
        folder.file("t-images-idx2-float", idxBytes(0x0d, {1, 2}, std::string("\x3f\x80\0\0\x40\0\0\0", 8)));
    folder.file("t-labels-idx1-float", idxBytes(0x0d, {1}, std::string("\x3f\0\0\0", 4)));
    const auto floats = loadedFile(table);
    REQUIRE(floats);
    CHECK(tests::floatsOf(floats->inputs) == std::vector<float>{1, 2});
    CHECK(floats->info.task == "regression");
    CHECK(tests::floatsOf(floats->targets) == std::vector<float>{0.5f});
}

TEST_CASE("file: the format is found from the content, or named")
{
    const tests::TempFolder folder;
    CHECK(loadedFile(folder.file("odd.dat", "a,b\n1,2\n3,4\n"))->info.target == "b");
    CHECK(loadedFile(folder.file("one.csv", "y\n1\n")).error().message == "has no column to learn from");
    CHECK(loadedFile(folder.file("empty.csv", "")).error().message == "is empty");
    CHECK(loadedFile(folder.file("x-images-idx3-ubyte", "")).error().where.ends_with("x-labels-idx1-ubyte"));
    const auto unknown = loadedFile(folder.file("document", "%PDF-1.4 and the rest"));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().advice.find("csv, ") != std::string::npos);
    CHECK(loadedFile(folder.path() / "none.csv").error().message == "no such file");
    CHECK(loadedFile("").error().where == "/data/source/path");
    data::SourceRequest request;
    request.data.source = {"file", base::Object{{"path", folder.file("words", "one two\nthree four\n").string()}}};
    request.data.format = "csv";
    CHECK(data::loadWhole(request).error().message == "has no column to learn from");
}

TEST_CASE("file: a name slightly off a built-in set's, a pipe and a device are told")
{
    const tests::TempFolder folder;
    const auto named = loadedFile(folder.path() / "two_moons");
    REQUIRE_FALSE(named);
    CHECK(named.error().advice.starts_with("Did you mean \"two-moons\"?"));
    REQUIRE_FALSE(loadedFile(folder.path() / "rows.csv"));
    CHECK(loadedFile(folder.path() / "rows.csv").error().advice.starts_with("Check the path"));
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::filesystem::path& file : {pipe, std::filesystem::path("/dev/zero")}) {
        const auto loaded = loadedFile(file);
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().message == "is neither a file nor a folder");
        CHECK(loaded.error().where == file);
    }
}

TEST_CASE("fashion-mnist: the folder is Debian's or the one in the environment; a missing one names the package")
{
    const tests::TempFolder folder;
    const Variable variable(folder.path().string());
    data::SourceRequest request;
    const auto missing = data::loadSource(request);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().advice.find("dataset-fashion-mnist") != std::string::npos);
    writeMnist(folder);
    request.data.rows = 4;
    const auto loaded = data::loadWhole(request);
    REQUIRE(loaded);
    CHECK(loaded->info.rows == 4);
    CHECK(loaded->info.testRows == 2);
    REQUIRE(loaded->info.classes.size() == 10);
    CHECK(loaded->info.classes[9] == "Ankle boot");
    writeMnist(folder, countedBytes(6, 5));
    CHECK(data::loadSource(request).error().message == "label 10 of row 5 is out of range: classes are 0 to 9");
}
