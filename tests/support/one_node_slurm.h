// SPDX-License-Identifier: GPL-3.0-or-later
// A real Slurm of one node.
#pragma once

#include "tests/support/temp_folder.h"

#include <string>
#include <vector>

namespace tests {

/// munged, slurmctld and slurmd of Debian's slurm-wlm with a configuration of their own; ended with the object.
class OneNodeSlurm {
public:
    OneNodeSlurm();
    ~OneNodeSlurm();
    OneNodeSlurm(const OneNodeSlurm&) = delete;
    OneNodeSlurm& operator=(const OneNodeSlurm&) = delete;

    /// Why there is none; empty: it takes jobs.
    const std::string& missing() const { return m_missing; }
    std::vector<std::string> command(const std::vector<std::string>& words) const
    {
        std::vector<std::string> all{"env", "SLURM_CONF=" + (m_folder.path() / "slurm.conf").string()};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

private:
    TempFolder m_folder;
    std::string m_missing;
};

}
