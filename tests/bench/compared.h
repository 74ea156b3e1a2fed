// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/bench.h"

#include <cstdlib>
#include <sched.h>

namespace bench {

/// A figure and its peer's, measured in turns: a shared machine's speed drifts, the ratio of neighbours drifts less.
struct Compared {
    std::vector<double> ours, peers, ratios;

    void add(double figure, const core::base::Result<double>& peer)
    {
        ours.push_back(figure);
        if (!peer)
            return;
        peers.push_back(*peer);
        ratios.push_back(figure / *peer);
    }
    void write(core::base::Object& figures, const std::string& name, const std::string& peer) const
    {
        figures.set(name, median(ours));
        if (peers.empty()) {
            figures.set("peer", "no Python with " + peer + " found; name one in DESCENT_PEER_PYTHON");
            return;
        }
        figures.set(peer + "_" + name, median(peers));
        figures.set("ratio_to_" + peer + (name == "images_per_s" ? "" : "_" + name), median(ratios));
    }
};

/// Keeps this process and the peers that it starts on one core, as long as it lives.
class OneCore {
public:
    OneCore()
    {
        sched_getaffinity(0, sizeof m_before, &m_before);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(std::size_t(sched_getcpu()), &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    OneCore(const OneCore&) = delete;
    OneCore& operator=(const OneCore&) = delete;
    ~OneCore() { sched_setaffinity(0, sizeof m_before, &m_before); }

private:
    cpu_set_t m_before{};
};

/// Where a peer finds what it reads.
inline void tellPeer(const std::string& path)
{
    ::setenv("DESCENT_BENCH_DATA", path.c_str(), 1);
}

}
