// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/dataset.h"
#include "core/data/loader.h"
#include "tests/support/data_sets.h"

#include <set>

using namespace core;
using data::SplitName;

namespace {

// Rows whose first number is their own; `dots` is what the last column has in turn.
std::string rowsFrom(int first, int count, const std::string& classes = "ab")
{
    std::string text = "x,colour,kind\n";
    for (int row = first; row < first + count; ++row)
        text += std::to_string(row) + "," + (row % 2 ? "red" : "blue") + "," +
                classes[std::size_t(row) % classes.size()] + "\n";
    return text;
}

struct Channels {
    tests::TempFolder folder;
    spec::Experiment experiment;

    explicit Channels(const std::string& train, const std::string& mode = "file")
    {
        experiment = tests::experimentOnFile(folder.file("train.csv", train));
        experiment.data.channels.train = (folder.path() / "train.csv").string();
        experiment.data.mode = mode;
        experiment.data.normalize = "none";
    }
    Channels& validation(const std::string& text)
    {
        experiment.data.channels.validation = folder.file("held_out.csv", text).string();
        return *this;
    }
    Channels& test(const std::string& text)
    {
        experiment.data.channels.test = folder.file("last.csv", text).string();
        return *this;
    }
    data::DataModule open(bool training = true) const
    {
        auto module = data::DataModule::open(experiment, training);
        INFO((module ? "" : base::describe(module.error())));
        REQUIRE(module);
        return std::move(*module);
    }
    std::string error() const
    {
        const auto module = data::DataModule::open(experiment);
        REQUIRE_FALSE(module);
        return base::describe(module.error());
    }
};

std::set<int> numbersOf(const data::DataModule& module, SplitName part)
{
    std::set<int> numbers;
    for (const std::int64_t row : module.rows(part))
        numbers.insert(int(module.raw(row).const_data_ptr<float>()[0]));
    return numbers;
}

std::set<int> range(int first, int count)
{
    std::set<int> numbers;
    for (int i = first; i < first + count; ++i)
        numbers.insert(i);
    return numbers;
}

}

TEST_CASE("channels: their rows are the parts of the split, in memory and streamed")
{
    for (const std::string mode : {"file", "pipe"}) {
        INFO(mode);
        Channels channels(rowsFrom(0, 61), mode);
        channels.validation(rowsFrom(100, 17)).test(rowsFrom(200, 9));
        const auto module = channels.open();
        CHECK(module.splitKind() == "predefined");
        CHECK(numbersOf(module, SplitName::Train) == range(0, 61));
        CHECK(numbersOf(module, SplitName::Validation) == range(100, 17));
        CHECK(numbersOf(module, SplitName::Test) == range(200, 9));
        CHECK(module.info().trainCounts == std::vector<std::int64_t>{31, 30});
        // Alone the train channel is divided as ever.
        channels.experiment.data.channels.validation.clear();
        channels.experiment.data.channels.test.clear();
        const auto alone = channels.open();
        CHECK_FALSE(alone.rows(SplitName::Validation).empty());
        CHECK_FALSE(alone.rows(SplitName::Test).empty());
    }
}

TEST_CASE("channels: streamed files of different block lengths keep every row")
{
    Channels channels(rowsFrom(0, 200'001), "pipe");
    channels.validation(rowsFrom(300'000, 70'003));
    channels.experiment.data.shuffleBuffer = 1000;
    const auto module = channels.open();
    REQUIRE(module.streamed());
    CHECK(module.blockRows() == 4);
    CHECK(module.info().streamedRows == 270'004);
    CHECK(module.rows(SplitName::Train).size() == 200'001);
    const data::RowSet& validation = module.rows(SplitName::Validation);
    REQUIRE(validation.size() == 70'003);
    for (const std::size_t place :
         {std::size_t(0), std::size_t(1), std::size_t(2), std::size_t(4097), validation.size() - 1}) {
        const std::int64_t row = validation[place];
        CHECK(module.raw(row).const_data_ptr<float>()[0] == float(300'000 + place));
    }
    // The short last block of a file, read together with what follows.
    const std::int64_t last = module.rows(SplitName::Train).back();
    const std::vector<std::int64_t> rows{last, validation[0], validation[5], last - 1};
    const data::Batch batch = module.gather(rows);
    const float* x = batch.input.const_data_ptr<float>();
    const std::int64_t width = batch.input.size(1);
    CHECK(x[0] == 200'000);
    CHECK(x[width] == 300'000);
    CHECK(x[2 * width] == 300'005);
    CHECK(x[3 * width] == 199'999);
}

TEST_CASE("channels: what does not agree is named by channel, file and column")
{
    using Catch::Matchers::Contains;
    Channels missing(rowsFrom(0, 20));
    missing.validation("x,kind\n1,a\n2,b\n");
    CHECK_THAT(missing.error(), Contains("validation channel") && Contains("held_out.csv") && Contains("\"colour\""));
    Channels extra(rowsFrom(0, 20));
    extra.test("x,colour,kind,more\n1,red,a,5\n2,red,b,5\n");
    CHECK_THAT(extra.error(), Contains("test channel") && Contains("last.csv") && Contains("\"more\""));
    Channels kind(rowsFrom(0, 20));
    kind.validation("x,colour,kind\noften,red,a\nnever,red,b\n");
    CHECK_THAT(kind.error(), Contains("held_out.csv") && Contains("\"x\""));
    Channels unknown(rowsFrom(0, 20));
    unknown.validation(rowsFrom(50, 6, "abz"));
    CHECK_THAT(unknown.error(), Contains("validation channel") && Contains("\"z\"") && Contains("\"kind\""));
    Channels gap(rowsFrom(0, 20));
    gap.validation("x,colour,kind\n7,red,a\n,red,b\n");
    CHECK_THAT(gap.error(), Contains("row 1 (line 3)") && Contains("held_out.csv:3"));
    Channels streamed(rowsFrom(0, 20), "pipe");
    streamed.validation("x,kind\n1,a\n2,b\n");
    CHECK_THAT(streamed.error(), Contains("validation channel") && Contains("\"colour\""));
}

TEST_CASE("channels: columns go by name, and words of one channel alone are known in the others")
{
    Channels channels(rowsFrom(0, 20));
    channels.validation("kind,colour,x\na,green,7\nb,red,8\n");
    const auto module = channels.open();
    CHECK(numbersOf(module, SplitName::Validation) == std::set<int>{7, 8});
    // Numbers are learned from the training rows alone: a word that they have not is none of the known ones.
    CHECK(module.info().features == std::vector<std::string>{"x", "colour=blue", "colour=red"});
    const at::Tensor green = module.raw(module.rows(SplitName::Validation)[0]);
    CHECK(green.const_data_ptr<float>()[1] == 0);
    CHECK(green.const_data_ptr<float>()[2] == 0);
}

TEST_CASE("channels: folders of pictures and sparse files of other widths")
{
    const tests::TempFolder folder;
    const auto picture = [&](const std::string& name, char grey) {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        folder.file(name, std::string("P5\n4 4\n255\n") + std::string(16, grey));
    };
    for (const char* kind : {"cat", "dog"})
        for (int i = 0; i < 4; ++i) {
            picture("in/" + std::string(kind) + "/" + std::to_string(i) + ".pgm", char(10 + i));
            picture("out/" + std::string(kind) + "/" + std::to_string(i) + ".pgm", char(50 + i));
        }
    for (const std::string mode : {"file", "pipe"}) {
        spec::Experiment experiment = tests::experimentOnFile(folder.path() / "in");
        experiment.data.channels.train = (folder.path() / "in").string();
        experiment.data.channels.validation = (folder.path() / "out").string();
        experiment.data.mode = mode;
        const auto module = data::DataModule::open(experiment);
        INFO((module ? "" : base::describe(module.error())));
        REQUIRE(module);
        REQUIRE(module->rows(SplitName::Validation).size() == 8);
        const std::int64_t row = module->rows(SplitName::Validation)[5];
        CHECK(module->target(row) == 1);
        CHECK(module->whereOf(row) == (folder.path() / "out/dog/1.pgm").string());
        CHECK(module->raw(row).numel() == 16);
    }
    spec::Experiment sparse = tests::experimentOnFile(folder.file("a.svm", "1 1:1 3:2\n0 2:1\n1 1:4\n0 2:3\n"));
    sparse.data.channels.train = (folder.path() / "a.svm").string();
    sparse.data.channels.validation = folder.file("b.svm", "1 1:5\n0 2:6\n").string();
    const auto module = data::DataModule::open(sparse);
    INFO((module ? "" : base::describe(module.error())));
    REQUIRE(module);
    CHECK(module->info().inputShape == std::vector<std::int64_t>{3});
    CHECK(module->rows(SplitName::Validation).size() == 2);
}
