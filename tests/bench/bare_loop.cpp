// SPDX-License-Identifier: GPL-3.0-or-later
// The same networks as a LibTorch user would write them: modules, torch::optim, a loop, nothing recorded.
#include <torch/torch.h>

#include "core/base/clock.h"
#include "tests/bench/bench.h"

namespace bench {

namespace {

template <class Net>
double measure(Net& net, const torch::Tensor& inputs, const torch::Tensor& targets, int batch, int steps)
{
    at::set_num_threads(1);
    torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(1e-3));
    const auto rows = inputs.size(0);
    torch::Tensor order = torch::randperm(rows);
    std::int64_t place = 0;
    const auto step = [&] {
        if (place + batch > rows) {
            order = torch::randperm(rows);
            place = 0;
        }
        const torch::Tensor rowsNow = order.narrow(0, place, batch);
        place += batch;
        optimizer.zero_grad();
        const torch::Tensor loss = torch::nn::functional::cross_entropy(net->forward(inputs.index_select(0, rowsNow)),
                                                                        targets.index_select(0, rowsNow));
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    };
    for (int i = 0; i < steps / 10 + 1; ++i)
        step();
    const double start = core::base::steadySeconds();
    for (int i = 0; i < steps; ++i)
        step();
    return steps / (core::base::steadySeconds() - start);
}

}

double bareMlpStepsPerSecond(int steps)
{
    torch::nn::Sequential net(torch::nn::Linear(2, 16), torch::nn::Tanh(), torch::nn::Linear(16, 16), torch::nn::Tanh(),
                              torch::nn::Linear(16, 2));
    return measure(net, torch::randn({3200, 2}), torch::randint(0, 2, {3200}), 32, steps);
}

double bareCnnStepsPerSecond(int steps)
{
    using namespace torch::nn;
    Sequential net(Conv2d(Conv2dOptions(1, 16, 3).padding(1)), ReLU(), MaxPool2d(2),
                   Conv2d(Conv2dOptions(16, 32, 3).padding(1)), ReLU(), MaxPool2d(2), Flatten(),
                   Linear(32 * 7 * 7, 10));
    return measure(net, torch::randn({6400, 1, 28, 28}), torch::randint(0, 10, {6400}), 64, steps);
}

}
