// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/idx_reader.h"
#include "core/data/pictures/idx_set.h"

#include <filesystem>

namespace core::data::sources::idx {

namespace {

struct Spec {
    std::string path;
    std::string labels;
    std::optional<std::int64_t> classes;
};

class Idx final : public Source {
public:
    explicit Idx(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of the images"};
        if (request.like)
            return loadIdxLike(m_spec.path, *request.like);
        CORE_TRY(files, findIdxFiles(m_spec.path, m_spec.labels));
        IdxSetOptions options;
        options.name = files.images.filename().string();
        options.classes = m_spec.classes;
        return loadIdxSet(files, request, options);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        // By name too, so that an empty or damaged file is reported as what it was meant to be.
        const std::string name = std::filesystem::path(path).filename().string();
        return looksLikeIdx(head) || name.find("idx") != name.npos || (head.empty() && holdsIdxFiles(path));
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Idx>("idx", "IDX files",
                 "Images and labels in the format of MNIST, packed with gzip or not. Labels are found beside the "
                 "images, and t10k "
                 "files beside train files become the test split.",
                 base::Fields<Spec>{}
                     .add("path", &Spec::path, base::Path{},
                          {"The file of the images, or a folder with train-images-idx3-ubyte."})
                     .add("labels", &Spec::labels, base::Path{},
                          {"The file of the labels. Empty: beside the images, under their name."})
                     .add("classes", &Spec::classes, base::Int{2, 1'000'000},
                          {"How many classes there are; labels count from 0. Empty: as many as occur, without holes "
                           "between them."}));
}

}
