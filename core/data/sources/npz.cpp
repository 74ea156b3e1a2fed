// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npy_reader.h"
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
        CORE_TRY(archive, ZipReader::open(m_spec.path));
        std::vector<NamedArray> arrays;
        std::uint64_t total = 0;
        for (const ZipEntry& entry : archive.entries()) {
            if (!entry.name.ends_with(".npy"))
                continue;
            total += entry.size;
            if (total > mostBytes || entry.size > mostBytes)
                return base::Error{base::ErrorKind::Data, "holds more than can be kept in memory", m_spec.path,
                                   "Save the arrays of interest in a file of their own"};
            CORE_TRY(bytes, archive.read(entry));
            const std::string name = entry.name.substr(0, entry.name.size() - 4);
            auto array = readNpy(std::move(bytes), m_spec.path + ": " + entry.name);
            // What nobody asks for may be of a kind that is not read here.
            if (array)
                arrays.push_back({name, std::move(*array)});
            else if (name == m_spec.x || name == m_spec.y || roleOf(name).input || roleOf(name).target)
                return array.error();
        }
        return loadArrays(std::move(arrays),
                          {.where = m_spec.path,
                           .name = std::filesystem::path(m_spec.path).stem().string(),
                           .x = m_spec.x,
                           .y = m_spec.y,
                           .layout = m_spec.layout},
                          request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return looksLikeZip(head) || (!head.empty() && std::filesystem::path(path).extension() == ".npz");
    }

private:
    static constexpr std::uint64_t mostBytes = std::uint64_t(1) << 35;
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Npz>("npz", "NumPy archive",
                 "Arrays of numpy.savez: x and y, data and target, images and labels, or x_train, y_train, x_test and "
                 "y_test; else columns of one length.",
                 base::Fields<Spec>{}
                     .add("path", &Spec::path, base::Path{}, {"The file, relative to the experiment file."})
                     .add("x", &Spec::x, base::Text{}, {"The array of the inputs. Empty: found by its name or shape."})
                     .add("y", &Spec::y, base::Text{}, {"The array of the labels. Empty: found by its name or shape."})
                     .add("layout", &Spec::layout, base::Choice{{"auto", "table", "image", "series"}},
                          {"What a row is. auto: a list of numbers, or a picture if it has two equal sides or bytes, "
                           "else a series."}));
}

}
