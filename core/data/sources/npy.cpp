// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npy_reader.h"
#include "core/data/tables/number_set.h"

#include <algorithm>

namespace core::data::sources::npy {

namespace {

namespace fs = std::filesystem;

struct Spec {
    std::string path;
    std::string labels;
    std::string layout = "auto";
};

class Npy final : public Source {
public:
    explicit Npy(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a file of numpy.save"};
        const fs::path file = m_spec.path;
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CORE_TRY(x, readNpyFile(file, request.like ? most : request.data.rows.value_or(most)));
        std::vector<NamedArray> arrays;
        arrays.push_back({"x", std::move(x)});
        NumberSet set{.where = m_spec.path, .name = file.stem().string(), .x = "x", .layout = m_spec.layout};
        if (!request.like)
            CORE_CHECK(addBeside(arrays, request.data.rows.value_or(most)));
        return loadArrays(std::move(arrays), set, request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return looksLikeNpy(head) || (!head.empty() && fs::path(path).extension() == ".npy");
    }

private:
    Spec m_spec;

    // Labels and other parts stand beside under their own names: y_train.npy, X_test.npy, y_test.npy.
    base::Status addBeside(std::vector<NamedArray>& arrays, std::int64_t rows) const
    {
        if (!m_spec.labels.empty()) {
            CORE_TRY(y, readNpyFile(m_spec.labels, rows));
            arrays.push_back({"label", std::move(y)});
            return {};
        }
        const fs::path file = m_spec.path;
        const ArrayRole own = roleOf(file.stem().string());
        if (!own.input)
            return {};
        std::vector<fs::path> beside;
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(file.has_parent_path() ? file.parent_path() : ".", failed))
            if (entry.path().extension() == ".npy" && entry.path().filename() != file.filename())
                beside.push_back(entry.path());
        std::sort(beside.begin(), beside.end());
        for (const fs::path& other : beside) {
            const ArrayRole role = roleOf(other.stem().string());
            const bool wanted = role.names || (own.part == role.part ? role.target : own.part == 0);
            if (!wanted || (!role.input && !role.target))
                continue;
            const bool first = role.part == own.part && !role.names;
            CORE_TRY(array, readNpyFile(other, first ? rows : std::numeric_limits<std::int64_t>::max()));
            arrays.push_back({first ? "label" : other.stem().string(), std::move(array)});
        }
        return {};
    }
};

}

void enroll(Sources& all)
{
    all.add<Npy>(
        "npy", "NumPy array",
        "One array of numpy.save. Labels are found beside it (X_train.npy finds y_train.npy, X_test.npy and "
        "y_test.npy); a matrix alone is a table whose last column is predicted.",
        base::Fields<Spec>{}
            .add("path", &Spec::path, base::Path{}, {"The file of the inputs, relative to the experiment file."})
            .add("labels", &Spec::labels, base::Path{}, {"The file of the labels. Empty: beside the inputs, as y."})
            .add("layout", &Spec::layout, base::Choice{{"auto", "table", "image", "series"}},
                 {"What a row is. auto: a list of numbers, or a picture if it has two equal sides or bytes, else a "
                  "series."}));
}

}
