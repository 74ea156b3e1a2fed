// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/h5_reader.h"
#include "core/data/tables/number_set.h"

#include <algorithm>

namespace core::data::sources::hdf5 {

namespace {

struct Spec {
    std::string path;
    std::string x, y;
    std::string layout = "auto";
};

// Rows and labels by their names; else all columns and the first array of more dimensions.
std::vector<H5Wish> wanted(const std::vector<H5Entry>& entries, const Spec& spec, std::int64_t rows)
{
    std::vector<H5Wish> wishes;
    bool inputs = !spec.x.empty(), matrix = false;
    for (const H5Entry& entry : entries)
        inputs = inputs || (roleOf(entry.name).input && entry.unreadable.empty());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const H5Entry& entry = entries[i];
        const ArrayRole role = roleOf(entry.name);
        // What was asked for by name is an error if it cannot be read; of the rest it is left out.
        const bool named = entry.name == spec.x || entry.name == spec.y;
        const bool byRole = (spec.x.empty() && role.input) || (spec.y.empty() && role.target) || role.names;
        const bool first = !inputs && !matrix && entry.unreadable.empty() && entry.shape.size() >= 2;
        const bool column = !inputs && entry.shape.size() == 1;
        matrix = matrix || first;
        if (named || (entry.unreadable.empty() && (byRole || column || first)))
            wishes.push_back({i, role.names || role.part > 0 ? std::numeric_limits<std::int64_t>::max() : rows});
    }
    return wishes;
}

class Hdf5 final : public Source {
public:
    explicit Hdf5(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of an HDF5 file"};
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        const std::int64_t rows = request.like ? most : request.data.rows.value_or(most);
        CORE_TRY(contents, readH5(m_spec.path,
                                  [&](const std::vector<H5Entry>& entries) { return wanted(entries, m_spec, rows); }));
        if (contents.arrays.empty())
            return nothing(contents);
        NumberSet set{.where = m_spec.path, .x = m_spec.x, .y = m_spec.y, .layout = m_spec.layout};
        set.name = std::filesystem::path(m_spec.path).stem().string();
        shorten(contents.arrays);
        const std::string left = leftOut(contents);
        auto read = loadArrays(std::move(contents.arrays), set, request);
        if (!read) {
            base::Error error = read.error();
            error.message += left.empty() ? "" : "; not read: " + left;
            return error;
        }
        Loaded loaded = std::move(*read);
        if (!left.empty())
            loaded.problems.push_back({.kind = "unreadable_datasets",
                                       .message = "not everything in the file is read: " + left,
                                       .remedy = "Write those anew with h5py as plain numbers if they are wanted",
                                       .effect = "What they hold is not learned from"});
        if (!contents.confined)
            loaded.problems.push_back({.kind = "reader_not_confined",
                                       .column = "",
                                       .message = notConfined,
                                       .remedy = "Open only files that you trust"});
        return loaded;
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        const auto extension = std::filesystem::path(path).extension();
        return looksLikeH5(head) || (!head.empty() && (extension == ".h5" || extension == ".hdf5"));
    }

private:
    static constexpr std::size_t mostListed = 400; // letters
    Spec m_spec;

    // Columns of one group are called by their own names.
    static void shorten(std::vector<NamedArray>& arrays)
    {
        const std::size_t slash = arrays.front().name.rfind('/');
        if (slash == std::string::npos)
            return;
        const std::string group = arrays.front().name.substr(0, slash + 1);
        for (const NamedArray& each : arrays)
            if (!each.name.starts_with(group) || each.array.shape.size() != 1 || roleOf(each.name).part > 0)
                return;
        for (NamedArray& each : arrays)
            each.name.erase(0, group.size());
    }

    // `x (stored in another file), …`
    static std::string leftOut(const H5Contents& contents)
    {
        std::string list;
        for (const H5Entry& entry : contents.entries)
            if (!entry.unreadable.empty() && list.size() < mostListed)
                list += (list.empty() ? "" : ", ") + entry.name + " (" + entry.unreadable + ")";
        return list;
    }

    base::Error nothing(const H5Contents& contents) const
    {
        std::string list;
        for (const H5Entry& entry : contents.entries)
            if (list.size() < mostListed)
                list += (list.empty() ? "" : ", ") + entry.name +
                        (entry.unreadable.empty() ? "" : " (not read: " + entry.unreadable + ")");
        return {base::ErrorKind::Data,
                "holds nothing that could be rows and labels" + (list.empty() ? "" : ": " + list), m_spec.path,
                "Name datasets in data.source.x and data.source.y"};
    }
};

}

void enroll(Sources& all)
{
    all.add<Hdf5>("hdf5", "HDF5 file",
                  "Datasets as h5py writes them: x and y, data and labels, images and labels, X_train, y_train, X_test "
                  "and y_test; else columns of one length. A process of its own reads it, which can do nothing else.",
                  base::Fields<Spec>{}
                      .add("path", &Spec::path, base::Path{}, {"The file, relative to the experiment file."})
                      .add("x", &Spec::x, base::Text{},
                           {"The dataset of the inputs, by its path in the file. Empty: found by its name or shape."})
                      .add("y", &Spec::y, base::Text{},
                           {"The dataset of the labels, by its path in the file. Empty: found by its name or shape."})
                      .add("layout", &Spec::layout, base::Choice{{"auto", "table", "image", "series"}},
                           {"What a row is. auto: a list of numbers, or a picture if it has two equal sides or bytes, "
                            "else a series."}));
}

}
