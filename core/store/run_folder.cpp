// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_folder.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/run_names.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;
using base::systemError;

namespace {

namespace fs = std::filesystem;

constexpr const char* lockName = "run.lock";

std::uint64_t nextNumber(const fs::path& runs, const std::string& name)
{
    std::uint64_t greatest = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(runs, ignored)) {
        const std::string id = entry.path().filename().string();
        if (!id.starts_with(name + '-'))
            continue;
        const char* const end = id.data() + id.size();
        std::uint64_t number = 0;
        const auto [stop, code] = std::from_chars(id.data() + name.size() + 1, end, number);
        if (code == std::errc{} && stop == end && number < 1000000000)
            greatest = std::max(greatest, number);
    }
    return greatest + 1;
}

std::string numbered(const std::string& name, std::uint64_t number)
{
    char digits[24];
    std::snprintf(digits, sizeof digits, "-%04llu", static_cast<unsigned long long>(number));
    return name + digits;
}

std::string hostName()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string bootId()
{
    auto text = base::readFile("/proc/sys/kernel/random/boot_id", 100);
    return text ? text->substr(0, text->find('\n')) : "";
}

struct flock wholeFile()
{
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

Error refusal(const fs::path& run)
{
    const auto text = base::readFile(run / lockName, 4096);
    const auto owner = text ? base::parseJson(*text) : base::Result<base::Value>(base::Value{});
    std::string who = "another process";
    if (owner && owner->isObject())
        who = "process " + std::to_string((*owner)["pid"].toInt()) + " on " + (*owner)["host"].text() + ", since " +
              (*owner)["since"].text();
    return {ErrorKind::Resource, "this run is being written by " + who, run.string(),
            "Wait until it ends or stop it there; a run has one writer"};
}

// The lock, or why not. It belongs to the open file, not to the process: closing another descriptor does not lose it.
base::Result<int> takeLock(const fs::path& run)
{
    const fs::path path = run / lockName;
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return systemError("open", path, errno);
    struct flock lock = wholeFile();
    if (::fcntl(file, F_OFD_SETLK, &lock) != 0) {
        const int code = errno;
        ::close(file);
        return code == EAGAIN || code == EACCES ? refusal(run) : systemError("lock", path, code);
    }
    const std::string text = base::writeJson(base::Object{{"pid", std::int64_t(::getpid())},
                                                          {"host", hostName()},
                                                          {"boot_id", bootId()},
                                                          {"since", base::isoTime(base::wallSeconds())}}) +
                             '\n';
    // Only for people: without it the lock holds as well.
    if (::ftruncate(file, 0) == 0)
        (void)!::pwrite(file, text.data(), text.size(), 0);
    return file;
}

}

base::Result<RunFolder> RunFolder::create(const fs::path& runs, const std::string& name, const base::Value& spec)
{
    std::error_code failed;
    fs::create_directories(runs, failed);
    if (failed)
        return systemError("make the folder", runs, failed.value());
    const std::string sane = sanitisedName(name), clean = sane.empty() ? "run" : sane;
    RunFolder folder;
    for (std::uint64_t number = nextNumber(runs, clean);; ++number) {
        folder.m_path = runs / numbered(clean, number);
        if (::mkdir(folder.m_path.c_str(), 0700) == 0)
            break;
        if (errno != EEXIST)
            return systemError("make the folder", folder.m_path, errno);
    }
    const auto fill = [&]() -> base::Status {
        CORE_TRY(lock, takeLock(folder.m_path));
        folder.m_lock = lock;
        // First what makes it a run, so that a folder which is half made counts as none.
        CORE_CHECK(base::writeFileAtomically(folder.m_path / "spec.json", base::writeJson(spec, 2) + '\n'));
        for (const fs::path& part : {folder.journal(), folder.checkpoints()})
            if (::mkdir(part.c_str(), 0700) != 0)
                return systemError("make the folder", part, errno);
        CORE_CHECK(base::syncFolder(folder.m_path));
        return base::syncFolder(runs);
    };
    if (auto filled = fill(); !filled) {
        std::error_code ignored;
        fs::remove_all(folder.m_path, ignored);
        return std::move(filled).error();
    }
    return folder;
}

base::Result<RunFolder> RunFolder::open(const fs::path& run)
{
    if (!isRun(run))
        return Error{ErrorKind::Data, "this is no run: it has neither spec.json nor a journal nor run.h5", run.string(),
                     "descent-cli runs list shows the runs that there are"};
    RunFolder folder;
    CORE_TRY(lock, takeLock(run));
    folder.m_lock = lock;
    folder.m_path = currentFolder(fs::absolute(run / "").lexically_normal().parent_path());
    return folder;
}

RunFolder::RunFolder(RunFolder&& other) noexcept
{
    *this = std::move(other);
}

RunFolder& RunFolder::operator=(RunFolder&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_lock, other.m_lock);
    return *this;
}

RunFolder::~RunFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

bool isBeingWritten(const fs::path& run)
{
    const int file = ::open((run / lockName).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    struct flock lock = wholeFile();
    const bool held = ::fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(file);
    return held;
}

bool isRun(const fs::path& folder)
{
    std::error_code ignored;
    return fs::is_directory(folder, ignored) &&
           (fs::exists(folder / "spec.json", ignored) || fs::exists(folder / "run.h5", ignored) ||
            fs::is_directory(folder / "journal", ignored));
}

fs::path defaultRuns()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return fs::path(value ? value : "");
    };
    if (const fs::path runs = variable("DESCENT_RUNS"); !runs.empty())
        return runs;
    // The base directory specification has relative paths ignored.
    if (const fs::path data = variable("XDG_DATA_HOME"); data.is_absolute())
        return data / "descent" / "runs";
    return variable("HOME") / ".local" / "share" / "descent" / "runs";
}

base::Result<fs::path> findRun(const std::string& folderOrId, const fs::path& runs)
{
    if (folderOrId.empty())
        return Error{ErrorKind::Usage, "no run is named", {}, "Give its folder, or its id in " + runs.string()};
    fs::path given = folderOrId;
    if (given.filename() == "run.h5" || given.filename() == "spec.json")
        given = given.has_parent_path() ? given.parent_path() : fs::path(".");
    if (isRun(given))
        return currentFolder(given);
    const bool isId = folderOrId.find('/') == folderOrId.npos && folderOrId != "." && folderOrId != "..";
    if (isId && isRun(runs / folderOrId))
        return currentFolder(runs / folderOrId);
    return Error{ErrorKind::Usage, "there is no such run", isId ? (runs / folderOrId).string() : folderOrId,
                 "descent-cli runs list shows the runs that there are"};
}

}
