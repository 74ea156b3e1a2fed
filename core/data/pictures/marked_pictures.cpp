// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/marked_pictures.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace core::data {

namespace {

namespace fs = std::filesystem;

// Names in annotations come from whoever wrote them: they must not lead out of the folders.
bool staysInside(const std::string& name)
{
    const fs::path path(name);
    if (path.is_absolute() || name.find('\0') != name.npos)
        return false;
    return std::find(path.begin(), path.end(), "..") == path.end();
}

std::string findPicture(const std::string& name, const std::vector<std::string>& folders)
{
    for (const std::string& folder : folders)
        if (std::error_code ignored; staysInside(name) && fs::is_regular_file(fs::path(folder) / name, ignored))
            return (fs::path(folder) / name).string();
    return (fs::path(folders.empty() ? "." : folders.front()) / (staysInside(name) ? name : "(a name that leads out)"))
        .string();
}

std::vector<Box> boxesOf(const MarkedPicture& picture, const std::map<std::string, std::int64_t>& ids)
{
    std::vector<Box> boxes;
    for (const MarkedThing& thing : picture.things)
        boxes.push_back({thing.left, thing.top, thing.right, thing.bottom, ids.at(thing.name)});
    return boxes;
}

}

base::Result<Loaded> loadMarked(const Annotations& marks, const MarkedSet& set, const SourceRequest& request)
{
    std::map<std::string, std::int64_t> ids;
    for (const std::string& name : marks.classes)
        ids.emplace(name, std::int64_t(ids.size()));
    std::vector<PictureRow> rows;
    const std::size_t most = std::size_t(request.data.rows.value_or(std::numeric_limits<std::int64_t>::max()));
    for (std::size_t i = 0; i < std::min(marks.pictures.size(), most); ++i) {
        PictureRow row{.boxes = boxesOf(marks.pictures[i], ids)};
        row.file.part = i < set.parts.size() ? set.parts[i] : 0;
        const std::size_t part = std::size_t(row.file.part);
        row.file.path =
            findPicture(marks.pictures[i].file, part < set.partFolders.size() ? set.partFolders[part] : set.folders);
        row.file.state = stateOf(row.file.path).value_or(FileState{});
        rows.push_back(std::move(row));
    }
    Loaded loaded;
    CORE_CHECK(loadPictures(rows, {.where = set.where, .name = set.name, .use = PictureUse::Marked}, request, loaded));
    loaded.info.task = "detection";
    loaded.info.target = "boxes";
    loaded.info.classes = marks.classes;
    for (std::size_t row = 0; !set.parts.empty() && row < rows.size(); ++row)
        loaded.parts.push_back(rows[row].file.part);
    if (marks.crowds > 0)
        loaded.problems.push_back({.kind = "crowds",
                                   .column = "boxes",
                                   .count = marks.crowds,
                                   .message = std::to_string(marks.crowds) +
                                              " marks of whole crowds (iscrowd) are left out, as usual in training",
                                   .remedy = "Mark each thing by a box of its own"});
    if (marks.strange > 0)
        loaded.problems.push_back({.kind = "empty_boxes",
                                   .column = "boxes",
                                   .count = marks.strange,
                                   .message = std::to_string(marks.strange) + " boxes have no size and are left out",
                                   .remedy = "Correct or remove them"});
    return loaded;
}

base::Result<Loaded> loadUnmarked(const std::string& path, const SourceRequest& request)
{
    std::vector<PictureRow> rows;
    for (ListedFile& file : listFiles(path, pictureRules()))
        rows.push_back({.file = std::move(file)});
    Loaded loaded;
    CORE_CHECK(loadPictures(rows, {.where = path, .use = PictureUse::Marked}, request, loaded));
    return loaded;
}

}
