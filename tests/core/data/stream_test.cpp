// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/loader.h"
#include "core/data/streams/block_store.h"
#include "tests/support/data_sets.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace core;
using data::SplitName;

namespace {

using Rows = std::vector<std::int64_t>;

// Rows whose first number is their own.
std::string numbered(std::int64_t rows)
{
    std::string text = "x,z,y\n";
    for (std::int64_t row = 0; row < rows; ++row)
        text += std::to_string(row) + "," + std::to_string(row * 7 % 11) + ".5," + (row % 3 == 0 ? "a" : "b") + "\n";
    return text;
}

spec::Experiment piped(const std::filesystem::path& file)
{
    spec::Experiment experiment = tests::experimentOnFile(file);
    experiment.data.mode = "pipe";
    experiment.data.normalize = "none";
    return experiment;
}

data::DataModule opened(const spec::Experiment& experiment)
{
    auto module = data::DataModule::open(experiment);
    INFO((module ? "" : base::describe(module.error())));
    REQUIRE(module);
    return std::move(*module);
}

std::string errorOf(const spec::Experiment& experiment)
{
    const auto module = data::DataModule::open(experiment);
    REQUIRE_FALSE(module);
    return base::describe(module.error());
}

std::unique_ptr<data::DataLoader> loaderOf(const data::DataModule& module, data::LoaderOptions options)
{
    auto loader = data::DataLoader::make(module, SplitName::Train, std::move(options));
    REQUIRE(loader);
    return std::move(*loader);
}

Rows epochOf(data::DataLoader& loader, std::int64_t epoch)
{
    Rows rows;
    for (std::int64_t batch = 0; batch < loader.batchesPerEpoch(); ++batch)
        for (const std::int64_t row : loader.rowsOf(epoch, batch))
            rows.push_back(row);
    return rows;
}

}

TEST_CASE("stream: an epoch has every training row once, in an order of (seed, epoch)")
{
    const tests::TempFolder folder;
    spec::Experiment experiment = piped(folder.file("a.csv", numbered(1000)));
    experiment.data.shuffleBuffer = 100;
    const auto module = opened(experiment);
    REQUIRE(module.streamed());
    const auto loader = loaderOf(module, {.batchSize = 16, .seed = 3});
    Rows first = epochOf(*loader, 0);
    const Rows second = epochOf(*loader, 1);
    CHECK(first != second);
    CHECK(epochOf(*loaderOf(module, {.batchSize = 50, .seed = 3}), 0) == first);
    CHECK(epochOf(*loaderOf(module, {.batchSize = 16, .seed = 4}), 0) != first);
    CHECK(loader->rowsOf(0, 5) == Rows(first.begin() + 80, first.begin() + 96));
    std::sort(first.begin(), first.end());
    CHECK(first == module.rows(SplitName::Train).all());
    CHECK(epochOf(*loaderOf(module, {.batchSize = 16, .shuffle = false}), 2) == first);
}

TEST_CASE("stream: copies of a row are other items, all in the group of its block")
{
    const tests::TempFolder folder;
    spec::Experiment experiment = piped(folder.file("a.csv", numbered(60)));
    experiment.data.copies = 3;
    const auto module = opened(experiment);
    const auto loader = loaderOf(module, {.batchSize = 7, .seed = 1});
    Rows rows = epochOf(*loader, 0);
    CHECK(std::int64_t(rows.size()) == module.epochItems());
    std::sort(rows.begin(), rows.end());
    Rows thrice;
    for (const std::int64_t row : module.rows(SplitName::Train))
        thrice.insert(thrice.end(), 3, row);
    CHECK(rows == thrice);
}

TEST_CASE("stream: blocks of many rows, of which memory holds few")
{
    const tests::TempFolder folder;
    const std::int64_t rows = 200'000;
    spec::Experiment experiment = piped(folder.file("a.csv", numbered(rows)));
    experiment.data.shuffleBuffer = 1000;
    experiment.split.validation = 0.1;
    const auto module = opened(experiment);
    CHECK(module.size() == rows);
    CHECK(module.blockRows() == 4);
    std::set<std::int64_t> parts;
    for (const auto part : {SplitName::Train, SplitName::Validation, SplitName::Test})
        for (const std::int64_t row : module.rows(part))
            CHECK(parts.insert(row).second);
    CHECK(std::int64_t(parts.size()) == rows);
    const auto loader = loaderOf(module, {.batchSize = 512, .seed = 1});
    for (std::int64_t batch = 0; batch < 40; ++batch) {
        const Rows asked = loader->rowsOf(0, batch);
        const data::Batch got = loader->get(0, batch);
        for (std::size_t i = 0; i < asked.size(); ++i) {
            CHECK(got.input.const_data_ptr<float>()[2 * i] == float(asked[i]));
            CHECK(got.target.const_data_ptr<std::int64_t>()[i] == (asked[i] % 3 != 0));
        }
        // Far apart in the file, near in the batch.
        CHECK(*std::max_element(asked.begin(), asked.end()) - *std::min_element(asked.begin(), asked.end()) > rows / 2);
    }
    CHECK(module.streamBytes() < 20'000 * (2 * 4 + 8));
}

TEST_CASE("stream: store gathers whatever is held, forgotten or wanted")
{
    std::atomic<int> reads{0};
    data::BlockStore store(
        [&](std::span<const std::int64_t> blocks) -> base::Result<data::BlockRows> {
            ++reads;
            at::Tensor inputs = tensor::empty({std::int64_t(blocks.size()) * 10, 1});
            for (std::size_t b = 0; b < blocks.size(); ++b) {
                if (blocks[b] == 99)
                    return base::Error{base::ErrorKind::Data, "is broken", "file", {}};
                for (std::int64_t row = 0; row < 10; ++row)
                    inputs.mutable_data_ptr<float>()[std::int64_t(b) * 10 + row] = float(blocks[b] * 10 + row);
            }
            return data::BlockRows{inputs, {}, nullptr};
        },
        10, 50);
    const auto check = [&](const Rows& rows) {
        const auto gathered = store.gather(rows);
        REQUIRE(gathered);
        const std::vector<float> values = tests::floatsOf(gathered->inputs);
        CHECK(Rows(values.begin(), values.end()) == rows);
    };
    for (int round = 0; round < 50; ++round) {
        store.want({std::int64_t(round), round + 1, round + 2});
        check({round * 10 + 3, round * 10 + 11, round * 10});
        check({700, 5, 333});
    }
    CHECK(store.bytes() <= 9 * 10 * sizeof(float));
    // Nothing is left for the thread that reads ahead: only what is asked for now may be read.
    CHECK(store.load({49, 50, 51}));
    check({331, 332});
    const int before = reads;
    check({331, 332});
    CHECK(reads == before);
    const Rows broken{5, 991};
    CHECK_FALSE(store.gather(broken));
    CHECK(store.load({1, 2}));
}

TEST_CASE("stream: scales and fillings come from the training rows that were looked at")
{
    const tests::TempFolder folder;
    std::string text = "x,y\n";
    for (int row = 0; row < 300; ++row)
        text += (row % 10 == 0 ? std::string() : std::to_string(row % 17)) + "," + std::to_string(row * 3) + "\n";
    spec::Experiment experiment = tests::experimentOnFile(folder.file("a.csv", text));
    experiment.split.kind = "random";
    experiment.data.missing = "median";
    const auto whole = opened(experiment);
    experiment.data.mode = "pipe";
    const auto streamed = opened(experiment);
    CHECK(streamed.shift() == whole.shift());
    CHECK(streamed.scale() == whole.scale());
    const Rows rows = whole.rows(SplitName::Train).all();
    CHECK(streamed.gather(rows).input.equal(whole.gather(rows).input));
}

TEST_CASE("stream: rows of no use are left out of their batches and listed")
{
    const tests::TempFolder folder;
    std::string text = "x,y\n";
    for (int row = 0; row < 40; ++row)
        text += std::to_string(row) + "," + (row == 7 || row == 31 ? "" : row % 2 ? "a" : "b") + "\n";
    spec::Experiment experiment = piped(folder.file("a.csv", text));
    CHECK(errorOf(experiment).find("a.csv:9") != std::string::npos);
    experiment.data.missing = "drop";
    const auto module = opened(experiment);
    const auto loader = loaderOf(module, {.batchSize = 100, .seed = 1});
    std::int64_t useless = 0;
    for (const std::int64_t row : module.rows(SplitName::Train))
        useless += row == 7 || row == 31;
    CHECK(loader->get(0, 0).input.size(0) == std::int64_t(module.rows(SplitName::Train).size()) - useless);
    Rows all(40);
    std::iota(all.begin(), all.end(), 0);
    CHECK(module.gather(all).input.size(0) == 38);
    REQUIRE(module.streamProblems().size() == 1);
    CHECK(module.streamProblems()[0].kind == "left_out_rows");
    CHECK(module.streamProblems()[0].rows == Rows{7, 31});
}

TEST_CASE("stream: errors name row and line of the file, whatever was read before")
{
    const tests::TempFolder folder;
    std::string text = numbered(400'000);
    const std::size_t place = text.find("\n390000,");
    text.replace(place + 1, 6, "oops!!");
    const auto module = opened(piped(folder.file("a.csv", text)));
    const auto loader = loaderOf(module, {.batchSize = 100, .seed = 1});
    std::string said;
    try {
        module.gather(Rows{100, 390'000, 5});
    } catch (const std::exception& error) {
        said = error.what();
    }
    CHECK(said.find("390002") != said.npos);
    CHECK(said.find("oops!!") != said.npos);
}

TEST_CASE("stream: what needs all rows at once says so")
{
    const tests::TempFolder folder;
    const auto file = folder.file("a.csv", numbered(90));
    const auto refused = [&](auto change) {
        spec::Experiment experiment = piped(file);
        change(experiment);
        const std::string error = errorOf(experiment);
        CHECK(error.find("/data/mode") != error.npos);
        return error;
    };
    CHECK(refused([](auto& e) { e.data.sampler = "weighted"; }).find("weighted") != std::string::npos);
    CHECK(refused([](auto& e) { e.augment = {{"SMOTE"}}; }).find("SMOTE") != std::string::npos);
    CHECK(refused([](auto& e) { e.split.kind = "k_fold"; }).find("k_fold") != std::string::npos);
    CHECK(refused([](auto& e) {
              e.data.edits = {{"drop_rows", base::Object{{"rows", base::Array{1}}}}};
          }).find("edit") != std::string::npos);
}

TEST_CASE("stream: a file that changes meanwhile ends the run rather than mixing two files")
{
    const tests::TempFolder folder;
    const auto module = opened(piped(folder.file("a.csv", numbered(100'000))));
    folder.file("a.csv", numbered(99'999));
    CHECK_THROWS_WITH(module.gather(module.rows(SplitName::Train).some(9'000, 30)), Catch::Contains("has changed"));
}

TEST_CASE("stream: the page sees a sample of the rows, spread over the file, and what all of them are")
{
    const tests::TempFolder folder;
    const std::int64_t rows = 300'000;
    spec::Experiment experiment = piped(folder.file("a.csv", numbered(rows)));
    const auto module = data::DataModule::open(experiment, false);
    REQUIRE(module);
    CHECK(module->info().streamedRows == rows);
    CHECK(module->size() <= 70'000);
    CHECK(module->partRows(SplitName::Train) == Approx(0.7 * rows).margin(10));
    CHECK(std::any_of(module->problems().begin(), module->problems().end(),
                      [](const auto& problem) { return problem.kind == "streamed_sample"; }));
    CHECK(module->inputCell(module->size() - 1, 0) > float(rows) * 0.99f);
}

TEST_CASE("stream: another file is read piece by piece, and a wrong cell keeps its line")
{
    const tests::TempFolder folder;
    spec::Experiment experiment = piped(folder.file("a.csv", numbered(1000)));
    const auto module = opened(experiment);
    const std::string file = folder.file("new.csv", numbered(100'003)).string();
    std::int64_t pieces = 0, most = 0, rows = 0;
    bool inOrder = true;
    const auto status = module.readInputs(file, [&](at::Tensor inputs) -> base::Status {
        ++pieces;
        most = std::max(most, inputs.size(0));
        for (std::int64_t row = 0; row < inputs.size(0); ++row)
            inOrder = inOrder && inputs.const_data_ptr<float>()[row * inputs.size(1)] == float(rows + row);
        rows += inputs.size(0);
        return {};
    });
    INFO((status ? "" : base::describe(status.error())));
    REQUIRE(status);
    CHECK(rows == 100'003);
    CHECK(inOrder);
    CHECK(pieces > 10);
    CHECK(most < 10'000);
    const auto whole = module.readInputs(file);
    REQUIRE(whole);
    CHECK(whole->size(0) == 100'003);
    std::string wrong = numbered(30'000);
    wrong.replace(wrong.find("\n20000,") + 1, 5, "often");
    const auto refused = module.readInputs(folder.file("wrong.csv", wrong).string());
    REQUIRE_FALSE(refused);
    CHECK(base::describe(refused.error()).find("20002") != std::string::npos);
}
