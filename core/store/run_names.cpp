// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_names.h"

#include "core/base/files.h"
#include "core/store/run_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;
using base::systemError;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longestName = 60;
constexpr int mostLinks = 40;

// A link to a neighbour, by its name alone: nothing leads out of the runs' folder.
std::string neighbour(const fs::path& entry)
{
    std::error_code none;
    if (!fs::is_symlink(entry, none))
        return {};
    const fs::path target = fs::read_symlink(entry, none);
    const bool plain = !none && !target.empty() && target == target.filename() && target != "." && target != "..";
    return plain ? target.string() : std::string();
}

// The run under its new name and a link under the old one, in one stroke where the file system can.
base::Status swapIn(const fs::path& from, const fs::path& to)
{
    const std::string id = to.filename().string();
    if (::symlink(id.c_str(), to.c_str()) != 0)
        return systemError("make", to, errno);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0)
        return {};
    const int code = errno;
    ::unlink(to.c_str());
    if (code != EINVAL && code != ENOSYS)
        return systemError("rename", from, code);
    if (::rename(from.c_str(), to.c_str()) != 0)
        return systemError("rename", from, errno);
    if (::symlink(id.c_str(), from.c_str()) != 0)
        return systemError("link the earlier name of", to, errno);
    return {};
}

}

std::string sanitisedName(const std::string& name)
{
    std::string id;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            id += upper ? char(c - 'A' + 'a') : c;
        else if (!id.empty() && id.back() != '-')
            id += '-';
        if (id.size() == longestName)
            break;
    }
    while (!id.empty() && id.back() == '-')
        id.pop_back();
    return id;
}

fs::path currentFolder(const fs::path& run)
{
    fs::path now = run.has_filename() ? run : run.parent_path();
    for (int links = 0; links < mostLinks; ++links) {
        const std::string next = neighbour(now);
        if (next.empty())
            return now;
        now.replace_filename(next);
    }
    return run;
}

std::string currentId(const fs::path& runs, const std::string& id)
{
    return id.empty() || id.find('/') != id.npos ? id : currentFolder(runs / id).filename().string();
}

bool isEarlierName(const fs::path& entry)
{
    return !neighbour(entry).empty();
}

void forgetEarlierNames(const fs::path& runs, const std::string& id)
{
    std::error_code ignored;
    std::vector<std::string> gone{id};
    for (std::size_t i = 0; i < gone.size(); ++i)
        for (const auto& entry : fs::directory_iterator(runs, ignored))
            if (neighbour(entry.path()) == gone[i]) {
                gone.push_back(entry.path().filename().string());
                fs::remove(entry.path(), ignored);
            }
}

base::Result<fs::path> renameRun(const fs::path& run, const std::string& name)
{
    CORE_TRY(folder, RunFolder::open(currentFolder(run)));
    const std::string id = sanitisedName(name);
    if (id.empty())
        return Error{ErrorKind::Usage, "\"" + name + "\" cannot be a run's name", run.string(),
                     "Use letters, digits and dashes"};
    const fs::path runs = folder.path().parent_path(), to = runs / id;
    if (id == folder.id())
        return to;
    // Back to an earlier name of its own: that link gives way.
    std::error_code ignored;
    if (currentFolder(to) == folder.path())
        fs::remove(to, ignored);
    if (fs::symlink_status(to, ignored).type() != fs::file_type::not_found)
        return Error{ErrorKind::Usage, "there is a run " + id + " already, or there was one of that name", to.string(),
                     "Choose another name"};
    CORE_CHECK(swapIn(folder.path(), to));
    CORE_CHECK(base::syncFolder(runs));
    return to;
}

}
