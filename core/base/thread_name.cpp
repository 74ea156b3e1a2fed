// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/thread_name.h"

#include <pthread.h>

namespace core::base {

void nameThread(const std::string& name)
{
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}
