// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/train/ranks/shared_memory.h"

#include <atomic>
#include <functional>
#include <thread>

namespace tests::shared_memory {

using core::train::ranks::SharedMemory;
namespace tensor = core::tensor;

constexpr std::chrono::seconds patience{20};

/// As many ranks of this process, each in a thread of its own.
void onRanks(std::int64_t size, std::chrono::milliseconds timeout,
             const std::function<void(SharedMemory&, std::int64_t rank)>& work)
{
    std::vector<std::unique_ptr<SharedMemory>> all;
    all.push_back(SharedMemory::make(size, timeout));
    REQUIRE(all.front());
    for (std::int64_t rank = 1; rank < size; ++rank) {
        all.push_back(SharedMemory::open(all.front()->name(), rank, size, timeout));
        REQUIRE(all.back());
    }
    std::vector<std::jthread> threads;
    for (std::int64_t rank = 0; rank < size; ++rank)
        threads.emplace_back([&, rank] { work(*all[std::size_t(rank)], rank); });
}

// The same on all ranks for a number, but for its values.
at::Tensor drawn(std::uint64_t number, std::int64_t rank, at::ScalarType type, std::int64_t count)
{
    at::Tensor values = tensor::empty({count}, at::kDouble);
    const core::base::Draw draw(std::uint64_t(rank) + 1, "shared memory", number);
    for (std::int64_t i = 0; i < count; ++i)
        values.mutable_data_ptr<double>()[i] = draw.uniform(std::uint64_t(i), -100, 100);
    return values.to(type);
}

TEST_CASE("sums and messages of drawn sizes are those that were posted, in whatever order they are finished")
{
    constexpr std::int64_t size = 3;
    constexpr std::uint64_t operations = 400;
    std::atomic<int> wrong{0};
    onRanks(size, patience, [&](SharedMemory& memory, std::int64_t rank) {
        const core::base::Draw draw(9, "sizes"), own(std::uint64_t(rank), "when");
        struct Open {
            SharedMemory::Operation operation;
            at::Tensor values, wanted;
        };
        std::vector<Open> open;
        const auto close = [&](std::size_t i) {
            memory.finish(open[i].operation);
            wrong += !open[i].values.equal(open[i].wanted);
            open.erase(open.begin() + std::ptrdiff_t(i));
        };
        for (std::uint64_t i = 0; i < operations; ++i) {
            // Now and then nearly all that has room at once.
            const auto count = std::int64_t(draw.below(3 * i, 40) == 0 ? draw.uniform(3 * i + 1, 1e6, 3e6)
                                                                       : draw.uniform(3 * i + 1, 0, 3000));
            const std::uint64_t kind = draw.below(3 * i + 2, 4);
            const at::ScalarType type = kind == 0 ? at::kLong : kind == 1 ? at::kDouble : at::kFloat;
            at::Tensor values = drawn(i, rank, type, count);
            if (kind == 3) {
                const auto root = std::int64_t(i % size);
                const at::Tensor wanted = drawn(i, root, type, count);
                const auto operation = memory.postShare(values, root);
                open.push_back({operation, values, wanted});
            } else {
                at::Tensor wanted = drawn(i, 0, type, count);
                for (std::int64_t other = 1; other < size; ++other)
                    wanted += drawn(i, other, type, count);
                const auto operation = memory.postSum(values);
                open.push_back({operation, values, wanted});
            }
            while (!open.empty() && own.below(2 * i, 3) == 0)
                close(std::size_t(own.below(2 * i + 1, open.size())));
        }
        while (!open.empty())
            close(open.size() - 1);
    });
    CHECK(wrong == 0);
}

TEST_CASE("a sum may be larger than what has room at once")
{
    std::atomic<int> right{0};
    onRanks(2, patience, [&](SharedMemory& memory, std::int64_t rank) {
        const at::Tensor values = tensor::zeros({9'000'001}, at::kDouble).fill_(double(rank + 1));
        values.mutable_data_ptr<double>()[9'000'000] = 10 * double(rank + 1);
        memory.finish(memory.postSum(values));
        right += values[0].item<double>() == 3 && values[8'999'999].item<double>() == 3 &&
                 values[9'000'000].item<double>() == 30;
    });
    CHECK(right == 2);
}

TEST_CASE("orders are heard in their order by all")
{
    std::atomic<int> wrong{0};
    onRanks(3, patience, [&](SharedMemory& memory, std::int64_t rank) {
        for (std::int64_t i = 0; i < 1000; ++i)
            if (rank == 0)
                memory.tell(7 * i);
            else
                wrong += memory.hear() != 7 * i;
    });
    CHECK(wrong == 0);
}

TEST_CASE("whoever waits for a rank that has left, is gone or hangs is told so")
{
    const auto said = [](std::chrono::milliseconds timeout, bool leaves, bool known) {
        std::string words;
        std::atomic<bool> over = false;
        onRanks(2, timeout, [&](SharedMemory& memory, std::int64_t rank) {
            if (rank == 1) {
                if (leaves)
                    memory.leave();
                else
                    over.wait(false);
                return;
            }
            if (known)
                memory.askWhoIsGone([](std::int64_t other) { return other == 1; });
            const at::Tensor values = tensor::zeros({5}, at::kFloat);
            try {
                memory.finish(memory.postSum(values));
            } catch (const std::runtime_error& failure) {
                words = failure.what();
            }
            over = true;
            over.notify_all();
        });
        return words;
    };
    CHECK(said(patience, true, false) == "the connection to rank 1 was closed while rank 1 was waited for");
    CHECK(said(patience, false, true) == "the connection to rank 1 was closed while rank 1 was waited for");
    CHECK(said(std::chrono::milliseconds(100), false, false) == "the connection to rank 1 timed out");
}

TEST_CASE("memory of other ranks is not opened by a wrong name or for a wrong number of ranks")
{
    const auto first = SharedMemory::make(2, patience);
    REQUIRE(first);
    CHECK_FALSE(SharedMemory::open("", 1, 2, patience));
    CHECK_FALSE(SharedMemory::open("1 999999", 1, 2, patience));
    CHECK_FALSE(SharedMemory::open(first->name(), 1, 3, patience));
}

}
