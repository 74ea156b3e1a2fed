// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_layout.h"
#include "core/store/h5_packed.h"
#include "core/store/h5_view.h"

#include <algorithm>
#include <optional>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int maxDepth = 12;
constexpr std::size_t maxSeries = 20000;
constexpr std::uint64_t deflateRatio = 1040; // deflate's greatest, rounded up

[[noreturn]] void refuse(const std::string& what)
{
    throw h5::Failure{{ErrorKind::Data, what, {}, "This is not a run file as this program writes it"}};
}

// A run file that somebody may have made to do harm: everything is looked at before it is used.
class Reader {
public:
    /// `end`: where the file ends, as HDF5 says in it.
    Reader(h5::Id file, std::uint64_t size, std::uint64_t end)
        : m_file(std::move(file)),
          m_size(size),
          m_end(end),
          m_budget((std::uint64_t(64) << 20) + size * deflateRatio)
    {
        checkVersion();
    }

    /// A file that was sealed, and has something else where the seal should be. One that HDF5 wrote again ends where
    /// HDF5 says.
    bool lostSeal() const { return H5Aexists(m_file, "sealed") > 0 && m_size > m_end; }

    bool has(const char* name) const { return H5Lexists(m_file, name, H5P_DEFAULT) > 0; }

    std::string lines(const char* group)
    {
        if (!has(group))
            return {};
        return read<std::string>({"lines", open(open(m_file, group), "lines")}, H5T_INTEGER, 1, H5T_NATIVE_UINT8);
    }

    void scalars(const ViewVisits& visits)
    {
        if (has("scalars"))
            walk(open(m_file, "scalars"), "", 0, [&](const std::string& path, const Datasets& datasets) {
                if (std::ranges::find(datasets, "value", &Dataset::name) != datasets.end())
                    visits.scalars(path, series(datasets));
            });
    }

    void tensors(const ViewVisits& visits)
    {
        if (has("tensors"))
            walk(open(m_file, "tensors"), "", 0, [&](const std::string& path, const Datasets& datasets) {
                if (std::ranges::find(datasets, "step", &Dataset::name) != datasets.end())
                    visits.tensors(path, statistics(datasets));
            });
    }

private:
    struct Dataset {
        std::string name;
        h5::Id id;
    };
    using Datasets = std::vector<Dataset>;
    using Found = std::function<void(const std::string& path, const Datasets& datasets)>;

    // A column that stands under several paths, as it was last read.
    template <class T>
    struct Shared {
        haddr_t place = HADDR_UNDEF;
        std::vector<T> values;
    };

    h5::Id m_file;
    std::uint64_t m_size = 0, m_end = 0, m_budget = 0;
    std::size_t m_visited = 0;
    Shared<std::int64_t> m_steps;
    Shared<double> m_times;

    void checkVersion()
    {
        if (H5Aexists(m_file, "format_version") <= 0)
            refuse("there is no format_version in it");
        const h5::Id attribute(H5Aopen(m_file, "format_version", H5P_DEFAULT), H5Aclose, "read the version");
        const h5::Id type(H5Aget_type(attribute), H5Tclose, "read the version");
        const h5::Id space(H5Aget_space(attribute), H5Sclose, "read the version");
        std::int64_t version = 0;
        if (H5Tget_class(type) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1)
            refuse("its format_version is no number");
        h5::check(H5Aread(attribute, H5T_NATIVE_INT64, &version), "read the version");
        if (version > layout::version)
            throw h5::Failure{{ErrorKind::Data,
                               "this run file has version " + std::to_string(version) + "; version " +
                                   std::to_string(layout::version) + " is the newest that is known here",
                               {},
                               "Open it with the program that wrote it, or a newer one"}};
    }

    static h5::Id open(hid_t where, const std::string& name)
    {
        H5L_info_t link;
        h5::check(H5Lget_info(where, name.c_str(), &link, H5P_DEFAULT), "read a link");
        if (link.type != H5L_TYPE_HARD)
            refuse("\"" + name + "\" is a link to somewhere else");
        return {H5Oopen(where, name.c_str(), H5P_DEFAULT), H5Oclose, "open an object"};
    }

    static std::vector<std::string> names(hid_t group)
    {
        std::vector<std::string> all;
        hsize_t next = 0;
        const auto put = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
            auto& list = *static_cast<std::vector<std::string>*>(target);
            list.emplace_back(name);
            return list.size() > maxSeries;
        };
        h5::check(H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &next, put, &all), "list a group");
        if (all.size() > maxSeries)
            refuse("too many names in one group");
        return all;
    }

    void walk(hid_t group, const std::string& path, int depth, const Found& found)
    {
        if (depth > maxDepth || m_visited > maxSeries || H5Iget_type(group) != H5I_GROUP)
            refuse("its series are not where they should be");
        Datasets datasets;
        for (const std::string& name : names(group)) {
            if (h5::Id child = open(group, name); H5Iget_type(child) == H5I_GROUP)
                walk(child, path.empty() ? name : path + '/' + name, depth + 1, found);
            else
                datasets.push_back({name, std::move(child)});
        }
        if (datasets.empty())
            return;
        ++m_visited;
        found(path, datasets);
    }

    static const Dataset& named(const Datasets& datasets, const char* name)
    {
        const auto found = std::ranges::find(datasets, name, &Dataset::name);
        if (found == datasets.end())
            refuse("there is no dataset \"" + std::string(name) + "\" beside \"" + datasets.front().name + '"');
        return *found;
    }

    Series series(const Datasets& datasets)
    {
        Series series;
        series.values = read<std::vector<double>>(named(datasets, "value"), H5T_FLOAT, 8, H5T_NATIVE_DOUBLE);
        series.steps = steps(datasets);
        series.times = shared(m_times, named(datasets, "time"), H5T_FLOAT, H5T_NATIVE_DOUBLE);
        // A writer that died may have been between the columns of its last rows.
        const std::size_t whole = std::min({series.steps.size(), series.values.size(), series.times.size()});
        series.steps.resize(whole);
        series.values.resize(whole);
        series.times.resize(whole);
        return series;
    }

    std::vector<std::int64_t> steps(const Datasets& datasets)
    {
        return shared(m_steps, named(datasets, "step"), H5T_INTEGER, H5T_NATIVE_INT64);
    }

    TensorSeries statistics(const Datasets& datasets)
    {
        TensorSeries series;
        series.steps = steps(datasets);
        std::size_t whole = series.steps.size();
        for (const Dataset& dataset : datasets)
            // Tensors themselves have more dimensions, or another type.
            if (const auto kind = kindOf(dataset.id); dataset.name != "step" && kind == keptAs(dataset.name)) {
                std::vector<double>& values = series.columns[dataset.name] = column(dataset, *kind);
                whole = std::min(whole, values.size());
            }
        series.steps.resize(whole);
        for (auto& [name, values] : series.columns)
            values.resize(whole);
        return series;
    }

    static std::optional<Kept> kindOf(hid_t dataset)
    {
        if (H5Iget_type(dataset) != H5I_DATASET)
            refuse("there is something among its statistics that is no dataset");
        const h5::Id type(H5Dget_type(dataset), H5Tclose, "read a dataset");
        const h5::Id space(H5Dget_space(dataset), H5Sclose, "read a dataset");
        const std::size_t size = H5Tget_size(type);
        if (H5Sget_simple_extent_ndims(space) != 1 || (size != 4 && size != 8))
            return {};
        if (H5Tget_class(type) == H5T_INTEGER && size == 8)
            return Kept::Count;
        if (H5Tget_class(type) != H5T_FLOAT)
            return {};
        return size == 4 ? Kept::Single : Kept::Double;
    }

    std::vector<double> column(const Dataset& dataset, Kept kind)
    {
        if (kind == Kept::Double)
            return read<std::vector<double>>(dataset, H5T_FLOAT, 8, H5T_NATIVE_DOUBLE);
        if (kind == Kept::Single) {
            const auto values = read<std::vector<float>>(dataset, H5T_FLOAT, 4, H5T_NATIVE_FLOAT);
            return {values.begin(), values.end()};
        }
        const auto values = read<std::vector<std::int64_t>>(dataset, H5T_INTEGER, 8, H5T_NATIVE_INT64);
        return {values.begin(), values.end()};
    }

    // Of what stands under several paths every path counts against what the file may claim, but it is read once.
    template <class T>
    std::vector<T> shared(Shared<T>& last, const Dataset& dataset, H5T_class_t kind, hid_t as)
    {
        H5O_info_t facts;
        h5::check(H5Oget_info2(dataset.id, &facts, H5O_INFO_BASIC), "read a dataset");
        if (facts.rc <= 1)
            return read<std::vector<T>>(dataset, kind, sizeof(T), as);
        if (last.place != facts.addr)
            last = {facts.addr, read<std::vector<T>>(dataset, kind, sizeof(T), as)};
        else
            spend(last.values.size() * sizeof(T));
        return last.values;
    }

    void spend(std::uint64_t bytes)
    {
        if (bytes > m_budget)
            refuse("it claims more than it can hold");
        m_budget -= bytes;
    }

    template <class T>
    T read(const Dataset& from, H5T_class_t kind, std::size_t size, hid_t as)
    {
        const auto& [name, dataset] = from;
        if (H5Iget_type(dataset) != H5I_DATASET)
            refuse("\"" + name + "\" is no dataset");
        const h5::Id type(H5Dget_type(dataset), H5Tclose, "read a dataset");
        if (H5Tget_class(type) != kind || H5Tget_size(type) != size)
            refuse("\"" + name + "\" has another type than it should");
        const h5::Id list(H5Dget_create_plist(dataset), H5Pclose, "read a dataset");
        checkStorage(list);
        const h5::Id space(H5Dget_space(dataset), H5Sclose, "read a dataset");
        hsize_t count = 0;
        if (H5Sget_simple_extent_ndims(space) != 1 || H5Sget_simple_extent_dims(space, &count, nullptr) != 1)
            refuse("\"" + name + "\" is not one column");
        if (count > m_budget)
            refuse("it claims more than it can hold");
        spend(count * size);
        T values;
        values.resize(count);
        if (count > 0 && !(H5Tequal(type, as) > 0 && h5::readPacked(dataset, list, count, size, values.data())))
            h5::check(H5Dread(dataset, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read a dataset");
        return values;
    }

    // Only bytes of this very file, through the filters that the store itself uses.
    static void checkStorage(hid_t list)
    {
        const H5D_layout_t storage = H5Pget_layout(list);
        if (H5Pget_external_count(list) != 0 ||
            (storage != H5D_CONTIGUOUS && storage != H5D_CHUNKED && storage != H5D_COMPACT))
            refuse("a dataset is stored in another file");
        const int filters = H5Pget_nfilters(list);
        for (int i = 0; i < filters; ++i) {
            unsigned flags = 0;
            std::size_t none = 0;
            const H5Z_filter_t filter = H5Pget_filter2(list, unsigned(i), &flags, &none, nullptr, 0, nullptr, nullptr);
            if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
                refuse("a dataset has a filter that run files do not have");
        }
        hsize_t chunk = 0;
        if (storage == H5D_CHUNKED && (H5Pget_chunk(list, 1, &chunk) != 1 || chunk > (1u << 24)))
            refuse("a dataset has chunks that run files do not have");
    }
};

}

namespace {

Error damaged(const std::filesystem::path& file)
{
    return {ErrorKind::Data, "this file is damaged: its bytes are not those that were written", file.string(),
            "Its checkpoints may be whole; copy the file back if there is a copy"};
}

base::Result<EventLines> readWith(const std::function<Reader()>& open, const std::filesystem::path& file, ViewPart part,
                                  SealState seal, const ViewVisits& visits)
{
    EventLines text;
    if (seal == SealState::Broken)
        return damaged(file);
    CORE_CHECK(h5::guarded(file, [&] {
        Reader reader = open();
        if (part == ViewPart::All && seal == SealState::Missing && reader.lostSeal())
            throw h5::Failure{damaged(file)};
        text.events = reader.lines("events");
        if (part == ViewPart::Events)
            return;
        text.frames = reader.lines("frames");
        reader.scalars(visits);
        reader.tensors(visits);
    }));
    return text;
}

}

base::Result<EventLines> readViewHere(const std::filesystem::path& file, ViewPart part, const ViewVisits& visits)
{
    auto seal = SealState::Missing;
    if (part == ViewPart::All) {
        CORE_TRY(state, sealOf(file));
        seal = state;
    }
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    const auto open = [&] {
        h5::Id opened = h5::openFile(file);
        haddr_t end = 0;
        h5::check(H5Fget_eoa(opened, &end), "find the end of the file");
        return Reader(std::move(opened), failed ? 0 : size, end);
    };
    return readWith(open, file, part, seal, visits);
}

base::Result<EventLines> readViewImage(char* bytes, std::size_t size, const std::filesystem::path& file, ViewPart part,
                                       SealState seal, const ViewVisits& visits)
{
    const auto open = [&] { return Reader(h5::openImage(bytes, size), size, h5::endOfImage(bytes, size)); };
    return readWith(open, file, part, seal, visits);
}

}
