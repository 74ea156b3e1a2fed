// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace core::store {

/// Gives a run another id, made of lower case letters, digits and dashes; refused while it is being written. Its
/// earlier id stays behind as a link, so that branches find their parent and nobody else gets that id. Returns the new
/// folder.
base::Result<std::filesystem::path> renameRun(const std::filesystem::path& run, const std::string& name);

/// Where a run lies now, if `run` is an earlier name of it; else `run`.
std::filesystem::path currentFolder(const std::filesystem::path& run);
std::string currentId(const std::filesystem::path& runs, const std::string& id);
/// Whether an entry of the runs' folder is only an earlier name.
bool isEarlierName(const std::filesystem::path& entry);
/// Takes the earlier names of a run that is gone away.
void forgetEarlierNames(const std::filesystem::path& runs, const std::string& id);

/// Lower case letters, digits and single dashes: good as a folder, as a word on a command line, and to read.
std::string sanitisedName(const std::string& name);

}
