// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/item_order.h"
#include "tests/support/data_sets.h"

#include <map>

using namespace core;
using data::SplitName;
using Rows = std::vector<std::int64_t>;

namespace {

// Every tenth row is of class b; all train.
data::DataModule uneven(const tests::TempFolder& folder, std::int64_t copies = 1)
{
    std::string text = "x,kind\n";
    for (int row = 0; row < 100; ++row)
        text += std::to_string(row) + "," + (row % 10 ? "a" : "b") + "\n";
    spec::Experiment experiment = tests::experimentOnFile(folder.file("a.csv", text));
    experiment.split.kind = "random";
    experiment.split.train = 1;
    experiment.split.validation = 0;
    experiment.data.copies = copies;
    auto module = data::DataModule::open(experiment);
    REQUIRE(module);
    return std::move(*module);
}

Rows itemsOf(data::ItemOrder& order, std::int64_t epoch, std::int64_t first, std::int64_t count)
{
    const auto items = order.items({epoch, first, count});
    return {items.begin(), items.end()};
}

}

TEST_CASE("item order: an epoch is a permutation of (seed, epoch), whichever batch is asked for first")
{
    const tests::TempFolder folder;
    const auto module = uneven(folder);
    const data::LoaderOptions options{.batchSize = 30, .seed = 5};
    const auto order = data::makeItemOrder(module, SplitName::Train, options);
    REQUIRE(order->count() == 100);
    const Rows last = itemsOf(*order, 3, 90, 30), whole = itemsOf(*order, 3, 0, 100);
    CHECK(last == Rows(whole.end() - 10, whole.end()));
    CHECK(itemsOf(*order, 4, 0, 100) != whole);
    CHECK(itemsOf(*order, 3, 0, 100) == whole);
    CHECK(itemsOf(*order, 3, 100, 30).empty());
    Rows sorted = whole;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == module.rows(SplitName::Train).all());
    const data::LoaderOptions asTheyStand{.shuffle = false};
    CHECK(itemsOf(*data::makeItemOrder(module, SplitName::Train, asTheyStand), 7, 0, 100) == sorted);
}

TEST_CASE("item order: weighted draws see each class as often, and copies are other items")
{
    const tests::TempFolder folder;
    const auto module = uneven(folder);
    const data::LoaderOptions options{.seed = 1, .weighted = true};
    const auto order = data::makeItemOrder(module, SplitName::Train, options);
    std::map<double, int> seen;
    for (std::int64_t epoch = 0; epoch < 40; ++epoch)
        for (const std::int64_t item : itemsOf(*order, epoch, 0, order->count()))
            ++seen[module.target(item % module.size())];
    const double share = double(seen[1]) / double(seen[0] + seen[1]);
    CHECK(share == Approx(0.5).margin(0.04));

    const auto copied = uneven(folder, 3);
    const data::LoaderOptions plain{.seed = 1};
    const auto thrice = data::makeItemOrder(copied, SplitName::Train, plain);
    Rows items = itemsOf(*thrice, 0, 0, 1000);
    REQUIRE(items.size() == 300);
    std::map<std::int64_t, int> times;
    for (const std::int64_t item : items)
        ++times[item % copied.size()];
    for (const auto& [row, count] : times)
        CHECK(count == 3);
    std::sort(items.begin(), items.end());
    CHECK(std::adjacent_find(items.begin(), items.end()) == items.end());
}
