// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace core::train::ranks {

/// Where a rank stands among all, and where they meet.
struct Place {
    std::int64_t rank = 0, size = 1;
    std::int64_t localRank = 0, localSize = 1; ///< among those of its machine
    std::string host = "127.0.0.1";            ///< where the store listens
    int port = 0;                              ///< 0: any, for the one that makes the store
    std::string token;                         ///< keys of the store begin with it
    bool storeIsThere = false;                 ///< somebody else made the store: rank 0 joins it as the others do
    std::string starter = {};                  ///< `torchrun`, `Slurm`, `Open MPI`, `launch`
    bool oneOutput = false;                    ///< what all ranks write comes together at their starter

    bool local() const; ///< whether nothing but this machine is listened to
};

using Environment = std::function<const char*(const char* name)>; ///< as std::getenv

/// What torchrun (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT), Slurm's srun (SLURM_PROCID, SLURM_NTASKS, …)
/// or Open MPI (OMPI_COMM_WORLD_RANK, …) say of this process; empty where none of them started it with others. An
/// error names the variable that is wrong.
base::Result<std::optional<Place>> placeIn(const Environment& environment);

}
