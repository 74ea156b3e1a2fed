// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/pictures/marked_pictures.h"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace core::data::sources::coco {

namespace {

namespace fs = std::filesystem;

struct Spec {
    std::string path;
    std::string images;
};

bool isFolder(const fs::path& path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

// The annotations of a folder: instances_*.json first, training first.
fs::path annotationsIn(const fs::path& folder)
{
    std::vector<fs::path> found;
    for (const fs::path& place : {folder / "annotations", folder})
        if (std::error_code failed; isFolder(place))
            for (const auto& entry : fs::directory_iterator(place, failed))
                if (entry.path().extension() == ".json")
                    found.push_back(entry.path());
    const auto rank = [](const fs::path& file) {
        const std::string name = file.filename().string();
        return (name.starts_with("instances") ? 0 : 2) + (name.find("train") == name.npos ? 1 : 0);
    };
    std::sort(found.begin(), found.end(),
              [&](const fs::path& a, const fs::path& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    return found.empty() ? fs::path() : found.front();
}

// instances_val2017.json beside instances_train2017.json; empty if there is none.
fs::path validationBeside(const fs::path& file)
{
    std::string name = file.filename().string();
    const std::size_t at = name.find("train");
    if (!name.starts_with("instances") || at == name.npos)
        return {};
    const fs::path beside = file.parent_path() / name.replace(at, 5, "val");
    std::error_code ignored;
    return fs::is_regular_file(beside, ignored) ? beside : fs::path();
}

class Coco final : public Source {
public:
    explicit Coco(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of the annotations, or of the folder that has them"};
        if (request.like)
            return loadUnmarked(m_spec.path, request);
        const fs::path file = isFolder(m_spec.path) ? annotationsIn(m_spec.path) : fs::path(m_spec.path);
        if (file.empty())
            return base::Error{base::ErrorKind::Data, "has no annotations", m_spec.path,
                               "Put them there as annotations/instances_train.json"};
        CORE_TRY(marks, readMarks(file));
        MarkedSet set{.where = file.string(), .name = file.stem().string(), .folders = foldersFor(file)};
        const auto most = request.data.rows.value_or(std::numeric_limits<std::int64_t>::max());
        const fs::path beside = validationBeside(file);
        if (!beside.empty() && most > std::int64_t(marks.pictures.size())) {
            CORE_TRY(more, readMarks(beside));
            set.parts.assign(marks.pictures.size(), 0);
            set.parts.resize(marks.pictures.size() + more.pictures.size(), 1);
            set.partFolders = {set.folders, foldersFor(beside)};
            join(marks, std::move(more));
        }
        return loadMarked(marks, set, request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        if (!head.empty())
            return looksLikeCoco(head);
        return isFolder(fs::path(path) / "annotations") && !annotationsIn(path).empty();
    }

private:
    Spec m_spec;

    static base::Result<Annotations> readMarks(const fs::path& file)
    {
        CORE_TRY(text, base::readFile(file, std::size_t(1) << 31));
        return readCoco(text, file.string());
    }

    // Classes go by their names: ids may differ from file to file.
    static void join(Annotations& marks, Annotations more)
    {
        for (std::string& name : more.classes)
            if (std::find(marks.classes.begin(), marks.classes.end(), name) == marks.classes.end())
                marks.classes.push_back(std::move(name));
        std::move(more.pictures.begin(), more.pictures.end(), std::back_inserter(marks.pictures));
        marks.crowds += more.crowds;
        marks.strange += more.strange;
    }

    // Beside the annotations: images, or a folder of the name that instances_NAME.json says.
    std::vector<std::string> foldersFor(const fs::path& file) const
    {
        if (!m_spec.images.empty())
            return {m_spec.images};
        const fs::path beside = file.has_parent_path() ? file.parent_path() : fs::path(".");
        std::string name = file.stem().string();
        name = name.substr(name.rfind('_') + 1);
        std::vector<std::string> folders;
        for (const fs::path& base : {beside, beside / ".."})
            for (const std::string& inner : {name, std::string("images"), "images/" + name, std::string()})
                if (isFolder(base / inner))
                    folders.push_back((base / inner).lexically_normal().string());
        return folders;
    }
};

}

void enroll(Sources& all)
{
    all.add<Coco>("coco", "COCO boxes",
                  "Pictures with boxes around things, listed in one JSON file in the manner of COCO.",
                  base::Fields<Spec>{}
                      .add("path", &Spec::path, base::Path{},
                           {"The annotations (instances_train2017.json), or the folder with annotations in it."})
                      .add("images", &Spec::images, base::Path{},
                           {"The folder of the pictures. Empty: images, or the set's name (train2017), beside the "
                            "annotations or their folder."}));
}

}
