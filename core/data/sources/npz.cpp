// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npz_reader.h"
#include "core/data/formats/zip_reader.h"
#include "core/data/tables/number_set.h"

namespace core::data::sources::npz {

namespace {

struct Spec {
    std::string path;
    std::string x, y;
    std::string layout = "auto";
};

class Npz final : public Source {
public:
    explicit Npz(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a file of numpy.savez"};
        CORE_TRY(contents, readNpz(m_spec.path, [this](const std::string& name) {
                     return name == m_spec.x || name == m_spec.y || roleOf(name).input || roleOf(name).target;
                 }));
        CORE_TRY(loaded, loadArrays(std::move(contents.arrays),
                                    {.where = m_spec.path,
                                     .name = std::filesystem::path(m_spec.path).stem().string(),
                                     .x = m_spec.x,
                                     .y = m_spec.y,
                                     .layout = m_spec.layout},
                                    request));
        if (!contents.confined)
            loaded.problems.push_back(
                {.kind = "reader_not_confined", .message = notConfined, .remedy = "Open only files that you trust"});
        return std::move(loaded);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return looksLikeZip(head) || (!head.empty() && std::filesystem::path(path).extension() == ".npz");
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Npz>("npz", "NumPy archive",
                 "Arrays of numpy.savez: x and y, data and target, images and labels, or x_train, y_train, x_test and "
                 "y_test; else columns of one length. A process "
                 "of its own reads it, which can do nothing else.",
                 base::Fields<Spec>{}
                     .add("path", &Spec::path, base::Path{}, {"The file, relative to the experiment file."})
                     .add("x", &Spec::x, base::Text{}, {"The array of the inputs. Empty: found by its name or shape."})
                     .add("y", &Spec::y, base::Text{}, {"The array of the labels. Empty: found by its name or shape."})
                     .add("layout", &Spec::layout, base::Choice{{"auto", "table", "image", "series"}},
                          {"What a row is. auto: a list of numbers, or a picture if it has two equal sides or bytes, "
                           "else a series."}));
}

}
