// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/pictures/marked_pictures.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

namespace core::data::sources::voc {

namespace {

namespace fs = std::filesystem;

struct Spec {
    std::string path;
};

bool isFolder(const fs::path& path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

class Voc final : public Source {
public:
    explicit Voc(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no folder is named", "/data/source/path",
                               "Give the path of a folder with Annotations and JPEGImages"};
        if (request.like)
            return loadUnmarked(m_spec.path, request);
        const fs::path root = m_spec.path;
        const auto rules = ListingRules{[](std::string_view file) { return file.ends_with(".xml"); }, {}};
        if (!isFolder(root / "Annotations"))
            return base::Error{base::ErrorKind::Data, "has no folder Annotations", m_spec.path,
                               "Name the folder that has Annotations and JPEGImages in it, such as VOC2012"};
        std::vector<ListedFile> files = listFiles((root / "Annotations").string(), rules);
        const auto listed = partsOf(root);
        Annotations marks;
        MarkedSet set{.where = m_spec.path, .name = root.filename().string()};
        for (const char* folder : {"JPEGImages", "images", ""})
            if (isFolder(root / folder))
                set.folders.push_back((root / folder).string());
        for (const ListedFile& file : files) {
            const std::string stem = fs::path(file.path).stem().string();
            const auto part = listed.find(stem);
            if (!listed.empty() && part == listed.end())
                continue;
            CORE_TRY(text, base::readFile(file.path, 16u << 20));
            CORE_TRY(picture, readVoc(text, file.path));
            if (picture.file.empty())
                picture.file = stem + ".jpg";
            for (const MarkedThing& thing : picture.things)
                marks.classes.push_back(thing.name);
            marks.strange += std::int64_t(std::erase_if(picture.things, [](const MarkedThing& thing) {
                return thing.left >= thing.right || thing.top >= thing.bottom;
            }));
            marks.pictures.push_back(std::move(picture));
            if (!listed.empty())
                set.parts.push_back(part->second);
        }
        std::sort(marks.classes.begin(), marks.classes.end());
        marks.classes.erase(std::unique(marks.classes.begin(), marks.classes.end()), marks.classes.end());
        return loadMarked(marks, set, request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return head.empty() && isFolder(fs::path(path) / "Annotations");
    }

private:
    Spec m_spec;

    // What ImageSets/Main/train.txt, val.txt and test.txt say; empty without train.txt.
    static std::map<std::string, std::int32_t> partsOf(const fs::path& root)
    {
        std::map<std::string, std::int32_t> parts;
        const char* const names[] = {"train.txt", "val.txt", "test.txt"};
        for (std::int32_t part = 0; part < 3; ++part) {
            const auto text = base::readFile(root / "ImageSets" / "Main" / names[part], 64u << 20);
            if (!text && part == 0)
                return {};
            std::istringstream lines(text ? *text : "");
            std::string line;
            while (std::getline(lines, line)) {
                std::istringstream words(line);
                std::string word;
                if (words >> word)
                    parts.emplace(word, part);
            }
        }
        const bool divided = std::any_of(parts.begin(), parts.end(), [](const auto& each) { return each.second > 0; });
        return divided ? parts : std::map<std::string, std::int32_t>{};
    }
};

}

void enroll(Sources& all)
{
    all.add<Voc>(
        "voc", "Pascal VOC boxes",
        "Pictures in JPEGImages with boxes around things, one XML file each in Annotations. ImageSets/Main says "
        "how rows are divided, if it is there.",
        base::Fields<Spec>{}.add("path", &Spec::path, base::Path{},
                                 {"The folder with Annotations and JPEGImages in it."}));
}

}
