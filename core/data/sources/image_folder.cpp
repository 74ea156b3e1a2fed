// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/picture_set.h"

#include <filesystem>

namespace core::data::sources::image_folder {

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

class ImageFolder final : public Source {
public:
    explicit ImageFolder(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no folder is named", "/data/source/path",
                               "Give the path of a folder with one folder for each class"};
        if (std::error_code failed; !fs::exists(m_spec.path, failed))
            return base::Error{base::ErrorKind::Data, "no such folder", m_spec.path,
                               "Check the path; relative paths start at the experiment file"};
        FolderListing listing;
        if (request.like)
            listing.files = listFiles(m_spec.path, pictureRules());
        else
            listing = listFolders(m_spec.path, pictureRules());
        if (listing.files.empty() || (!request.like && listing.classes.size() < 2))
            return noClasses(listing);
        const bool thinned = request.data.rows && !request.like;
        if (thinned)
            thinOut(listing.files, *request.data.rows);
        std::vector<PictureRow> rows;
        for (ListedFile& file : listing.files)
            rows.push_back({.file = std::move(file)});
        PictureSetOptions options{.where = m_spec.path, .name = nameOf(), .others = std::move(listing.others)};
        if (!thinned)
            options.listAgain = [&] { return pathsNow(request.like != nullptr); };
        Loaded loaded;
        CORE_CHECK(loadPictures(rows, options, request, loaded));
        if (request.like)
            return loaded;
        takeFolderLabels(rows, listing.classes, loaded);
        for (std::size_t row = 0; listing.divided && row < rows.size(); ++row)
            loaded.parts.push_back(rows[row].file.part);
        return loaded;
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        if (!head.empty())
            return looksLikePicture(head);
        // Pictures with masks, boxes or lists of them beside are of other kinds.
        for (const char* other : {"masks", "Annotations", "annotations"})
            if (isFolder(fs::path(path) / other))
                return false;
        return isFolder(path) && holdsFolders(path, pictureRules());
    }

private:
    Spec m_spec;

    std::string nameOf() const
    {
        const fs::path path = fs::path(m_spec.path).lexically_normal();
        return (path.has_filename() ? path : path.parent_path()).filename().string();
    }

    std::vector<std::string> pathsNow(bool flat) const
    {
        std::vector<std::string> paths;
        for (const ListedFile& file :
             flat ? listFiles(m_spec.path, pictureRules()) : listFolders(m_spec.path, pictureRules()).files)
            paths.push_back(file.path);
        return paths;
    }

    base::Error noClasses(const FolderListing& listing) const
    {
        const std::string form = "Make one folder for each class: cats/1.jpg, dogs/2.jpg";
        if (!isFolder(m_spec.path))
            return {base::ErrorKind::Data, "is one picture, and no data set", m_spec.path,
                    form + ", and name the folder above them"};
        if (listing.classes.size() == 1)
            return {base::ErrorKind::Data, "has pictures of one class only, \"" + listing.classes[0] + "\"",
                    m_spec.path, form};
        if (!listing.others.empty())
            return {base::ErrorKind::Data,
                    "has only pictures of formats that are not read here, such as " + listing.others.front(),
                    m_spec.path, "Convert them to JPEG or PNG"};
        return {base::ErrorKind::Data, "has no folders with pictures", m_spec.path, form};
    }
};

}

void enroll(Sources& all)
{
    all.add<ImageFolder>(
        "image_folder", "Folder of pictures",
        "One folder for each class, with its pictures (JPEG, PNG, BMP, PNM) in it. Folders train, val and test above "
        "them say how rows are divided. A damaged picture is left out and listed.",
        base::Fields<Spec>{}.add("path", &Spec::path, base::Path{},
                                 {"The folder that has the classes' folders, relative to the experiment file."}));
}

}
