// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/pictures/marked_pictures.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
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
        FileTroubles troubles;
        std::set<std::string> known;
        std::int64_t unlisted = 0;
        for (const ListedFile& file : files) {
            const std::string stem = fs::path(file.path).stem().string();
            const auto part = listed.find(stem);
            known.insert(stem);
            if (!listed.empty() && part == listed.end()) {
                ++unlisted;
                continue;
            }
            auto picture = readMarks(file.path);
            if (!picture) {
                troubles.unreadable(-1, base::describe(picture.error()));
                continue;
            }
            take(std::move(*picture), marks);
            if (!listed.empty())
                set.parts.push_back(part->second);
        }
        if (marks.pictures.empty() && troubles.unreadableCount() > 0)
            return nothingReadable(troubles);
        std::sort(marks.classes.begin(), marks.classes.end());
        marks.classes.erase(std::unique(marks.classes.begin(), marks.classes.end()), marks.classes.end());
        CORE_TRY(loaded, loadMarked(marks, set, request));
        troubles.tell(loaded.problems);
        tellUnlisted(unlisted, files.size(), set, known, loaded);
        return std::move(loaded);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return head.empty() && isFolder(fs::path(path) / "Annotations");
    }

private:
    Spec m_spec;

    static base::Result<MarkedPicture> readMarks(const std::string& file)
    {
        CORE_TRY(text, base::readFile(file, 16u << 20));
        CORE_TRY(picture, readVoc(text, file));
        if (picture.file.empty())
            picture.file = fs::path(file).stem().string() + ".jpg";
        return std::move(picture);
    }

    static void take(MarkedPicture picture, Annotations& marks)
    {
        for (const MarkedThing& thing : picture.things)
            marks.classes.push_back(thing.name);
        marks.strange += std::int64_t(std::erase_if(picture.things, [](const MarkedThing& thing) {
            return thing.left >= thing.right || thing.top >= thing.bottom;
        }));
        marks.pictures.push_back(std::move(picture));
    }

    base::Error nothingReadable(const FileTroubles& troubles) const
    {
        std::vector<Problem> problems;
        troubles.tell(problems);
        return {base::ErrorKind::Data, "has no annotation that can be read (" + problems.front().message + ")",
                (fs::path(m_spec.path) / "Annotations").string(), "Fetch or copy the files again"};
    }

    // What stands in the folders and is no row: annotations that no list names, pictures without an annotation.
    static void tellUnlisted(std::int64_t unlisted, std::size_t all, const MarkedSet& set,
                             const std::set<std::string>& known, Loaded& loaded)
    {
        const auto tell = [&](std::int64_t count, std::string message, std::string remedy) {
            if (count > 0)
                loaded.problems.push_back({.kind = "unlisted_files",
                                           .column = "",
                                           .count = count,
                                           .message = std::to_string(count) + message,
                                           .remedy = std::move(remedy)});
        };
        tell(unlisted, " of " + std::to_string(all) + " annotations are in no list of ImageSets/Main and are left out",
             "Name them in train.txt, val.txt or test.txt");
        if (set.folders.empty() || set.folders.front() == set.where)
            return;
        std::int64_t bare = 0;
        for (const ListedFile& file : listFiles(set.folders.front(), pictureRules()))
            bare += !known.contains(fs::path(file.path).stem().string());
        tell(bare, " pictures have no file in Annotations and are left out",
             "Add their annotations; one without an object says that there is nothing to see");
    }

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
