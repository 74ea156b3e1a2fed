// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace core::spec {

/// An exponential moving average of the weights.
struct EmaSpec {
    double decay = 0.999;
    std::int64_t updateEvery = 1;
    std::int64_t startStep = 0;
};

/// Stochastic weight averaging: the mean of the weights at the ends of epochs, under a rate of its own.
struct SwaSpec {
    std::optional<std::int64_t> startEpoch;
    std::optional<double> swaLr;
    std::int64_t annealEpochs = 10;
    std::string annealStrategy = "cos";
};

}
