// SPDX-License-Identifier: GPL-3.0-or-later
// Several objectives at once: losses, all of them minimised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace core::tune {

using Losses = std::vector<double>;

/// No objective is worse, and one is better.
bool dominates(const Losses& a, const Losses& b);
/// The rank of every point: 0 for those that none dominates, 1 for those that only rank 0 does, … (Deb et al. 2002).
std::vector<std::int64_t> nondominationRanks(const std::vector<Losses>& points);
/// How much room a point has among those given: the sum over objectives of the distance of its two neighbours, as a
/// share of the whole; infinite at the ends (Deb et al. 2002).
std::vector<double> crowdingDistances(const std::vector<Losses>& points);
/// The volume that the points dominate up to a reference point; exact, by slicing along the last objective.
double hypervolume(const std::vector<Losses>& points, const Losses& reference);
/// Places of the points, the best first: by rank, within a rank by room.
std::vector<std::size_t> paretoOrder(const std::vector<Losses>& points);

}
