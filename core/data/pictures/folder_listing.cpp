// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/folder_listing.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sys/stat.h>

namespace core::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t mostFiles = 50'000'000;
constexpr std::size_t shownFiles = 5;

std::vector<fs::path> foldersIn(const fs::path& root)
{
    std::vector<fs::path> folders;
    std::error_code failed;
    for (fs::directory_iterator at(root, failed), end; !failed && at != end; at.increment(failed))
        if (std::error_code ignored; at->is_directory(ignored) && at->path().filename().string().front() != '.')
            folders.push_back(at->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

// All files below a folder. Links to folders are not followed: they may lead anywhere, and in a circle.
std::vector<std::string> filesBelow(const fs::path& root)
{
    std::vector<std::string> files;
    std::error_code failed;
    fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, failed), end;
    for (; !failed && at != end && files.size() < mostFiles; at.increment(failed)) {
        std::error_code ignored;
        if (at->path().filename().string().front() == '.') {
            if (at->is_directory(ignored))
                at.disable_recursion_pending();
        } else if (at->is_regular_file(ignored)) {
            files.push_back(at->path().string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

// The part that a folder's name stands for; −1: none.
int partOf(const fs::path& folder)
{
    std::string name = folder.filename().string();
    for (char& c : name)
        c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    if (name == "train" || name == "training")
        return 0;
    if (name == "val" || name == "valid" || name == "validation" || name == "dev")
        return 1;
    return name == "test" || name == "testing" ? 2 : -1;
}

// Where classes are: the root itself, or the folders of parts in it.
std::vector<std::pair<fs::path, int>> partsIn(const fs::path& root)
{
    std::vector<std::pair<fs::path, int>> parts;
    bool train = false, others = false;
    for (const fs::path& folder : foldersIn(root)) {
        const int part = partOf(folder);
        if (part < 0) {
            others = true;
            continue;
        }
        train = train || part == 0;
        parts.emplace_back(folder, part);
    }
    if (!train || (parts.size() < 2 && others))
        return {{root, 0}};
    std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return parts;
}

}

std::optional<FileState> stateOf(const std::string& file)
{
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0)
        return {};
    return FileState{std::uint64_t(facts.st_size),
                     std::int64_t(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

FolderListing listFolders(const std::string& root, const ListingRules& rules)
{
    FolderListing listing;
    const auto parts = partsIn(root);
    listing.divided = parts.size() > 1;
    for (const auto& [folder, part] : parts)
        for (const fs::path& each : foldersIn(folder)) {
            const std::string name = each.filename().string();
            std::vector<std::string> taken;
            for (const std::string& file : filesBelow(each))
                if (rules.takes(file))
                    taken.push_back(file);
                else if (rules.other && rules.other(file))
                    listing.others.push_back(file);
            if (taken.empty())
                continue;
            if (std::find(listing.classes.begin(), listing.classes.end(), name) == listing.classes.end())
                listing.classes.push_back(name);
            for (std::string& file : taken)
                listing.files.push_back({.path = std::move(file), .part = part});
        }
    std::sort(listing.classes.begin(), listing.classes.end());
    for (ListedFile& file : listing.files) {
        // The class is the folder below the part's.
        const fs::path& base = std::find_if(parts.begin(), parts.end(), [&](const auto& each) {
                                   return each.second == file.part && file.path.starts_with(each.first.string() + '/');
                               })->first;
        const std::string name = fs::path(file.path).lexically_relative(base).begin()->string();
        file.label = std::lower_bound(listing.classes.begin(), listing.classes.end(), name) - listing.classes.begin();
        file.state = stateOf(file.path).value_or(FileState{});
    }
    return listing;
}

std::vector<ListedFile> listFiles(const std::string& path, const ListingRules& rules)
{
    std::vector<ListedFile> files;
    std::error_code ignored;
    if (!fs::is_directory(path, ignored))
        files.push_back({.path = path});
    else
        for (std::string& file : filesBelow(path))
            if (rules.takes(file))
                files.push_back({.path = std::move(file)});
    for (ListedFile& file : files)
        file.state = stateOf(file.path).value_or(FileState{});
    return files;
}

bool holdsFolders(const std::string& root, const ListingRules& rules)
{
    constexpr int mostLooked = 1000;
    int looked = 0;
    std::error_code unlistable;
    for (fs::directory_iterator at(root, unlistable), end; !unlistable && at != end && looked < mostLooked;
         at.increment(unlistable), ++looked)
        if (std::error_code ignored; at->is_regular_file(ignored) && rules.takes(at->path().string()))
            return true;
    looked = 0;
    for (const auto& [folder, part] : partsIn(root))
        for (const fs::path& each : foldersIn(folder)) {
            std::error_code failed;
            fs::recursive_directory_iterator at(each, fs::directory_options::skip_permission_denied, failed), end;
            for (; !failed && at != end && looked < mostLooked; at.increment(failed), ++looked)
                if (rules.takes(at->path().string()))
                    return true;
        }
    return false;
}

base::Status asListed(const ListedFile& file)
{
    if (const auto now = stateOf(file.path); now == file.state)
        return {};
    else
        return base::Error{base::ErrorKind::Run, now ? "has changed since it was listed" : "is gone", file.path,
                           "Start again: a run needs data that stays as it is"};
}

void thinOut(std::vector<ListedFile>& files, std::int64_t rows)
{
    const std::int64_t all = std::int64_t(files.size());
    if (rows >= all)
        return;
    std::vector<ListedFile> kept;
    for (std::int64_t i = 0; i < rows; ++i)
        kept.push_back(std::move(files[std::size_t(i * all / rows)]));
    files = std::move(kept);
}

void FileTroubles::unreadable(std::int64_t row, std::string what)
{
    ++m_unreadable;
    if (m_examples.size() >= shownFiles)
        return;
    m_rows.push_back(row);
    m_examples.push_back(std::move(what));
}

void FileTroubles::changed(std::string path)
{
    m_changed.push_back(std::move(path));
}

void FileTroubles::compare(std::vector<std::string> before, std::vector<std::string> now)
{
    std::sort(before.begin(), before.end());
    std::sort(now.begin(), now.end());
    std::set_symmetric_difference(before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(m_changed));
}

void FileTroubles::tell(std::vector<Problem>& problems) const
{
    if (m_unreadable > 0) {
        Problem problem{.kind = "unreadable_files", .column = "", .rows = m_rows, .count = m_unreadable};
        problem.message =
            std::to_string(m_unreadable) + (m_unreadable == 1 ? " file is" : " files are") + " not read and left out: ";
        for (std::size_t i = 0; i < m_examples.size(); ++i)
            problem.message += (i ? "; " : "") + m_examples[i];
        if (std::size_t(m_unreadable) > m_examples.size())
            problem.message += "; …";
        problem.remedy = "Replace or remove them";
        problems.push_back(std::move(problem));
    }
    if (!m_changed.empty()) {
        Problem problem{
            .kind = "changed_while_read", .column = "", .rows = {}, .count = std::int64_t(m_changed.size())};
        problem.message = std::to_string(m_changed.size()) + (m_changed.size() == 1 ? " file was" : " files were") +
                          " added, changed or removed while the folder was read, such as " + m_changed.front();
        problem.remedy = "Let whatever writes there come to its end, then load the data again";
        problems.push_back(std::move(problem));
    }
}

}
