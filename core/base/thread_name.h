// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace core::base {

/// What the calling thread is called in lists of threads; 15 characters are kept.
void nameThread(const std::string& name);
/// The same for one whose work may wait a little: where training wants every processor, training goes first.
void nameBackgroundThread(const std::string& name);

}
