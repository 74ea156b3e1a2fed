// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/loader.h"
#include "tests/support/data_sets.h"
#include "tests/support/idx_bytes.h"

#include <algorithm>

using namespace core;
using data::DataLoader;
using data::SplitName;

namespace {

using Rows = std::vector<std::int64_t>;

data::DataModule moonsModule()
{
    auto module = data::DataModule::open(tests::experimentOn("two-moons"));
    REQUIRE(module);
    return std::move(*module);
}

std::unique_ptr<DataLoader> loaderOf(const data::DataModule& module, data::LoaderOptions options,
                                     SplitName split = SplitName::Train)
{
    auto loader = DataLoader::make(module, split, std::move(options));
    REQUIRE(loader);
    return std::move(*loader);
}

bool sameBatch(const data::Batch& a, const data::Batch& b)
{
    return a.input.equal(b.input) && a.target.equal(b.target);
}

// Images whose pixels all differ, so that a mirrored one shows.
data::DataModule imagesModule(const tests::TempFolder& folder)
{
    std::string pixels;
    for (int i = 0; i < 40 * 12; ++i)
        pixels.push_back(char(i * 31 % 251));
    const auto images = folder.file("a-images-idx3-ubyte", tests::idxBytes(8, {40, 3, 4}, pixels));
    folder.file("a-labels-idx1-ubyte", tests::idxBytes(8, {40}, std::string(20, '\0') + std::string(20, '\1')));
    auto module = data::DataModule::open(tests::experimentOnFile(images));
    REQUIRE(module);
    return std::move(*module);
}

}

TEST_CASE("loader: an epoch has every training row once")
{
    const auto module = moonsModule();
    const auto loader = loaderOf(module, {.batchSize = 32, .seed = 5});
    CHECK(loader->rows() == 210);
    REQUIRE(loader->batchesPerEpoch() == 7);
    Rows seen;
    for (std::int64_t b = 0; b < 7; ++b) {
        const Rows rows = loader->rowsOf(3, b);
        CHECK(rows.size() == (b < 6 ? 32 : 18));
        CHECK(sameBatch(loader->get(3, b), module.gather(rows)));
        seen.insert(seen.end(), rows.begin(), rows.end());
    }
    std::sort(seen.begin(), seen.end());
    CHECK(seen == module.rows(SplitName::Train));
}

TEST_CASE("loader: the order is a function of seed and epoch")
{
    CHECK(data::epochOrder(50, 1, 2, true) == data::epochOrder(50, 1, 2, true));
    CHECK(data::epochOrder(50, 1, 2, true) != data::epochOrder(50, 1, 3, true));
    CHECK(data::epochOrder(50, 1, 2, true) != data::epochOrder(50, 2, 2, true));
    CHECK(data::epochOrder(4, 1, 2, false) == Rows{0, 1, 2, 3});
}

TEST_CASE("loader: sizes of batches")
{
    const auto module = moonsModule();
    CHECK(loaderOf(module, {.batchSize = 32, .dropLast = true})->batchesPerEpoch() == 6);
    CHECK(loaderOf(module, {.batchSize = 100000})->batchesPerEpoch() == 1);
    CHECK(loaderOf(module, {.batchSize = 100000, .dropLast = true})->batchesPerEpoch() == 1);
    CHECK(loaderOf(module, {.batchSize = 100000})->get(0, 0).input.size(0) == 210);
    CHECK(loaderOf(module, {.batchSize = 210})->batchesPerEpoch() == 1);
    CHECK(loaderOf(module, {.batchSize = 1})->batchesPerEpoch() == 210);
    CHECK_FALSE(DataLoader::make(module, SplitName::Train, {.batchSize = 0}));
}

TEST_CASE("loader: an empty part has no batches")
{
    auto experiment = tests::experimentOn("two-moons");
    experiment.split.validation = 0;
    const auto module = data::DataModule::open(experiment);
    REQUIRE(module);
    const auto loader = loaderOf(*module, {}, SplitName::Validation);
    CHECK(loader->rows() == 0);
    CHECK(loader->batchesPerEpoch() == 0);
}

TEST_CASE("loader: batches made ahead by threads are the batches made on the spot")
{
    const std::int64_t workers = GENERATE(1, 3), factor = GENERATE(1, 4);
    const auto module = moonsModule();
    const auto here = loaderOf(module, {.batchSize = 16, .seed = 9}),
               ahead = loaderOf(module, {.batchSize = 16, .seed = 9, .workers = workers, .prefetchFactor = factor});
    for (std::int64_t epoch = 0; epoch < 20; ++epoch)
        for (std::int64_t b = 0; b < here->batchesPerEpoch(); ++b)
            REQUIRE(sameBatch(ahead->get(epoch, b), here->get(epoch, b)));
    CHECK(ahead->waitedSeconds() > 0);
}

TEST_CASE("loader: batches may be asked for in any order, and twice")
{
    const std::int64_t workers = GENERATE(1, 3);
    const auto module = moonsModule();
    const auto here = loaderOf(module, {.batchSize = 16}),
               ahead = loaderOf(module, {.batchSize = 16, .workers = workers});
    const base::Draw draw(3, "test/loader");
    for (std::uint64_t i = 0; i < 400; ++i) {
        const std::int64_t epoch = std::int64_t(draw.below(2 * i, 3)), b = std::int64_t(draw.below(2 * i + 1, 14));
        REQUIRE(sameBatch(ahead->get(epoch, b), here->get(epoch, b)));
    }
    // The batch that stands ready is not lost by asking for another one again.
    for (const std::int64_t b : {0, 0, 1, 0, 1, 2, 2, 3})
        REQUIRE(sameBatch(ahead->get(7, b), here->get(7, b)));
}

TEST_CASE("loader: may be given up with a batch under way")
{
    const auto module = moonsModule();
    for (int i = 0; i < 50; ++i)
        loaderOf(module, {.batchSize = 64, .workers = 1 + i % 3})->get(i, 0);
    loaderOf(module, {.workers = 1});
}

TEST_CASE("loader: augmentation depends on the row and the epoch, not on the batch; only training rows are changed")
{
    const tests::TempFolder folder;
    const auto module = imagesModule(folder);
    data::LoaderOptions options{.batchSize = 8, .seed = 4, .augment = {{"RandomHorizontalFlip"}}};
    const auto eight = loaderOf(module, options);
    options.batchSize = 5;
    options.workers = 1;
    const auto five = loaderOf(module, options);
    const auto imageOf = [](DataLoader& loader, std::int64_t epoch, std::int64_t wanted) {
        for (std::int64_t b = 0; b < loader.batchesPerEpoch(); ++b) {
            const Rows rows = loader.rowsOf(epoch, b);
            const auto found = std::find(rows.begin(), rows.end(), wanted);
            if (found != rows.end())
                return loader.get(epoch, b).input.select(0, found - rows.begin());
        }
        return at::Tensor();
    };
    int mirrored = 0, changed = 0;
    for (const std::int64_t row : module.rows(SplitName::Train)) {
        const at::Tensor first = imageOf(*eight, 0, row), plain = module.gather(Rows{row}).input.select(0, 0);
        CHECK(first.equal(imageOf(*five, 0, row)));
        mirrored += !first.equal(plain);
        CHECK((first.equal(plain) || first.equal(plain.flip(2))));
        changed += !first.equal(imageOf(*eight, 1, row));
    }
    CHECK(mirrored > 5);
    CHECK(mirrored < 23);
    CHECK(changed > 5);
    const auto validation = loaderOf(module, options, SplitName::Validation);
    CHECK(validation->get(0, 0).input.equal(module.gather(validation->rowsOf(0, 0)).input));
}

TEST_CASE("loader: a transform that does not fit the data is refused by its place")
{
    const auto refused = DataLoader::make(moonsModule(), SplitName::Train, {.augment = {{"RandomHorizontalFlip"}}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/augment/0");
    CHECK(refused.error().message == "RandomHorizontalFlip changes images, and these rows are tables");
}
