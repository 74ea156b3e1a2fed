// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace core::data {

void inParallel(std::size_t count, const std::function<void(std::size_t)>& work)
{
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i = next++; i < count; i = next++)
            work(i);
    };
    const std::size_t threads =
        std::min<std::size_t>({count, std::size_t(std::max(1u, std::thread::hardware_concurrency())), 32});
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t)
        others.emplace_back(run);
    run();
}

}
