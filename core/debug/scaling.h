// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace core::debug {

/// What a step of data parallel training is made of, for a model of how it scales.
struct ScalingFacts {
    double forwardSeconds = 0;  ///< of one rank's rows, with the update; nothing is sent beside it
    double backwardSeconds = 0; ///< of one rank's rows
    double bytes = 0;           ///< of all gradients
    double bandwidth = 1.25e9;  ///< bytes/s of a rank's link, each way at once
    double latency = 5e-5;      ///< seconds of one message
    double overlap = 1;         ///< share of the backward pass beside which gradients can be sent: 0 … 1
    double spread = 0;          ///< standard deviation of what a rank computes in a step, as a share of its mean
};

/// How far the largest of `count` draws of a standard normal distribution lies above 0 on average: ∫ x N φ(x) Φ(x)^(N −
/// 1) dx; 0.56 of 2, 1.42 of 8, 2.34 of 64, 3.04 of 512.
double largestOfNormal(std::int64_t count);

/// How unevenly steps went, of what each took: half of what lies between the 16th and the 84th percentile, a normal
/// distribution's deviation, as a share of the median. A single step that took very long changes nothing. 0 of fewer
/// than eight.
double unevennessOf(std::vector<double> taken);

enum class Exchange { Ring, ParameterServer };

/// Seconds until every one of `ranks` has the mean of all gradients (Patarasuk and Yuan 2009).
/// Ring: 2 (N − 1) messages of bytes / N one after the other. Parameter server: one link takes in N − 1 gradients and
/// gives out as many, in two messages.
double exchangeSeconds(const ScalingFacts& facts, std::int64_t ranks, Exchange exchange);

/// A step of `ranks`: what is computed, how long the slowest is waited for, and what is sent behind it.
struct ScaledStep {
    std::int64_t ranks = 1;
    double compute = 0;    ///< forward, backward and update
    double exchange = 0;   ///< all of it
    double exposed = 0;    ///< what is left of it when the backward pass has ended
    double speedup = 1;    ///< rows a second, against one rank
    double efficiency = 1; ///< speedup / ranks
    double uneven = 0;     ///< until the slowest has computed, too: mean · spread · largestOfNormal(ranks)

    double waiting() const { return uneven + exposed; }
    double seconds() const { return compute + waiting(); }
};
/// Each rank keeps its own number of rows (weak scaling). Ranks are slow by themselves: none makes another slow.
ScaledStep scaledStep(const ScalingFacts& facts, std::int64_t ranks, Exchange exchange);

/// One message of a ring all-reduce over `ranks`, in one of its 2 (N − 1) rounds: in the first N − 1 (reduce-scatter)
/// it is added to what the receiver has, in the others (all-gather) it takes its place.
struct RingMessage {
    std::int64_t from = 0, to = 0, chunk = 0;
    bool adds = false;
};
/// Of round `round`, counted from 0; one of each rank. Empty behind the last round.
std::vector<RingMessage> ringRound(std::int64_t ranks, std::int64_t round);
/// How many ranks' gradients the chunks of each rank hold before round `round`: `[rank][chunk]`.
std::vector<std::vector<std::int64_t>> ringState(std::int64_t ranks, std::int64_t round);

}
