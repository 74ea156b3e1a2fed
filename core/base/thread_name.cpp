// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/thread_name.h"

#include <algorithm>
#include <pthread.h>
#include <sys/resource.h>

namespace core::base {

void nameThread(const std::string& name)
{
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

void nameBackgroundThread(const std::string& name)
{
    nameThread(name);
    // On Linux 0 means the calling thread alone. Refusal is no harm: the work is done all the same.
    (void)::setpriority(PRIO_PROCESS, 0, std::min(19, ::getpriority(PRIO_PROCESS, 0) + 5));
}

}
