// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/parallel.h"
#include "core/data/pictures/marked_pictures.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace core::data::sources::mask_folder {

namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t ignored = 255;

struct Spec {
    std::string path;
};

bool isFolder(const fs::path& path)
{
    std::error_code none;
    return fs::is_directory(path, none);
}

class MaskFolder final : public Source {
public:
    explicit MaskFolder(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no folder is named", "/data/source/path",
                               "Give the path of a folder with images and masks"};
        if (request.like)
            return loadUnmarked(m_spec.path, request);
        const fs::path root = m_spec.path;
        if (!isFolder(root / "images") || !isFolder(root / "masks"))
            return base::Error{base::ErrorKind::Data, "has no folders images and masks", m_spec.path,
                               "Put pictures into images and masks of the same names into masks"};
        FileTroubles troubles;
        std::vector<PictureRow> rows = pairs(root, troubles);
        const auto most = std::size_t(request.data.rows.value_or(std::numeric_limits<std::int64_t>::max()));
        rows.resize(std::min(rows.size(), most));
        const std::int64_t classes = checkMasks(rows, troubles);
        Loaded loaded;
        CORE_CHECK(loadPictures(rows,
                                {.where = m_spec.path, .name = root.filename().string(), .use = PictureUse::Marked},
                                request, loaded));
        troubles.tell(loaded.problems);
        loaded.info.task = "segmentation";
        loaded.info.target = "mask";
        loaded.info.classes = classNames(root, classes);
        return loaded;
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return head.empty() && isFolder(fs::path(path) / "images") && isFolder(fs::path(path) / "masks");
    }

private:
    Spec m_spec;

    static std::vector<PictureRow> pairs(const fs::path& root, FileTroubles& troubles)
    {
        std::map<std::string, std::string> masks;
        for (const ListedFile& file : listFiles((root / "masks").string(), pictureRules())) {
            std::string stem = fs::path(file.path).stem().string();
            for (const char* ending : {"_mask", "-mask"})
                if (stem.ends_with(ending))
                    stem.erase(stem.size() - 5);
            masks.emplace(stem, file.path);
        }
        std::vector<PictureRow> rows;
        for (ListedFile& file : listFiles((root / "images").string(), pictureRules())) {
            const auto mask = masks.find(fs::path(file.path).stem().string());
            if (mask == masks.end())
                troubles.unreadable(-1, file.path + " has no mask");
            else
                rows.push_back({.file = std::move(file), .mask = mask->second});
        }
        return rows;
    }

    // Leaves out rows whose masks cannot be read; the number of classes is one more than the largest id.
    static std::int64_t checkMasks(std::vector<PictureRow>& rows, FileTroubles& troubles)
    {
        std::vector<std::string> wrong(rows.size());
        std::vector<int> largest(rows.size(), 0);
        inParallel(rows.size(), [&](std::size_t i) {
            const auto check = [&]() -> base::Status {
                CORE_TRY(bytes, base::readFile(rows[i].mask, std::size_t(1) << 29));
                CORE_TRY(mask, decodePicture(bytes, rows[i].mask, PictureUse::Mask));
                CORE_TRY(picture, base::readFile(rows[i].file.path, std::size_t(1) << 29));
                const auto facts = pictureFacts(picture, rows[i].file.path, PictureUse::Marked);
                if (facts && (facts->height != mask.facts.height || facts->width != mask.facts.width))
                    return base::Error{base::ErrorKind::Data, "is of another size than its picture", rows[i].mask, {}};
                for (const std::uint8_t id : mask.pixels)
                    if (id != ignored)
                        largest[i] = std::max(largest[i], int(id));
                return {};
            };
            if (const auto status = check(); !status)
                wrong[i] = base::describe(status.error());
        });
        std::vector<PictureRow> kept;
        std::int64_t classes = 2;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (wrong[i].empty()) {
                classes = std::max<std::int64_t>(classes, largest[i] + 1);
                kept.push_back(std::move(rows[i]));
            } else {
                troubles.unreadable(std::int64_t(i), wrong[i]);
            }
        rows = std::move(kept);
        return classes;
    }

    // One name a line in classes.txt, from class 0; else the numbers.
    static std::vector<std::string> classNames(const fs::path& root, std::int64_t count)
    {
        std::vector<std::string> names;
        const auto text = base::readFile(root / "classes.txt", 1 << 16);
        for (std::string_view rest = text ? std::string_view(*text) : ""; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
                line.remove_suffix(1);
            if (!line.empty())
                names.emplace_back(line);
        }
        for (std::int64_t c = std::int64_t(names.size()); c < count; ++c)
            names.push_back(c == 0 ? "background" : std::to_string(c));
        return names;
    }
};

}

void enroll(Sources& all)
{
    all.add<MaskFolder>(
        "mask_folder", "Pictures with masks",
        "Pictures in images, and in masks a picture of the same name (or name_mask) whose values are "
        "the classes of the pixels; 255 counts for nothing. classes.txt may name the classes.",
        base::Fields<Spec>{}.add("path", &Spec::path, base::Path{}, {"The folder with images and masks in it."}));
}

}
