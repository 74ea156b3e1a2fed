// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5_version.h"

#include "core/store/h5.h"

namespace core::store {

std::string hdf5Version()
{
    unsigned major = 0, minor = 0, release = 0;
    (void)h5::guarded({}, [&] { H5get_libversion(&major, &minor, &release); });
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}
