// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/smoothing.h"

namespace ui::plots {

std::vector<double> smoothed(const std::vector<double>& values, double weight)
{
    DebiasedAverage average(weight);
    std::vector<double> out;
    out.reserve(values.size());
    for (const double value : values)
        out.push_back(average.next(value));
    return out;
}

std::size_t memoryOf(double weight)
{
    return weight <= 0 ? 0 : std::size_t(std::ceil(std::log(1e-6) / std::log(std::fmin(weight, 0.999))));
}

}
