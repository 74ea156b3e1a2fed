// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/live_view.h"

#include "core/base/files.h"
#include "core/store/h5_layout.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <unistd.h>
#include <unordered_map>

namespace core::store {

namespace {

// 16 KB a dataset at first; a run of a million steps has 500 chunks.
constexpr h5::DatasetOptions growing{2048, true, false};
// A large network has thousands of such columns, and few rows in each.
constexpr h5::DatasetOptions growingSlowly{256, true, false};

template <class T>
void extend(hid_t dataset, hid_t type, hsize_t from, const std::vector<T>& values, hid_t transfer)
{
    const hsize_t count = values.size();
    const hsize_t size = from + count;
    h5::check(H5Dset_extent(dataset, &size), "extend a dataset");
    const h5::Id file(H5Dget_space(dataset), H5Sclose, "extend a dataset");
    h5::check(H5Sselect_hyperslab(file, H5S_SELECT_SET, &from, nullptr, &count, nullptr), "extend a dataset");
    const h5::Id memory(H5Screate_simple(1, &count, nullptr), H5Sclose, "extend a dataset");
    h5::check(H5Dwrite(dataset, type, memory, file, transfer, values.data()), "write a dataset");
}

}

class LiveView::Work {
public:
    explicit Work(std::filesystem::path file) : m_path(std::move(file)) {}

    ~Work()
    {
        (void)h5::guarded(m_path, [&] {
            m_series.clear();
            m_tensors.clear();
            m_file.reset();
        });
    }

    void create(const RunRecord& record)
    {
        const std::string beside = m_path.string() + ".live";
        ::unlink(beside.c_str());
        m_file = h5::createFile(beside);
        m_transfer = h5::smallTransfer();
        layout::writeFacts(m_file, record, name(events::RunState::Running));
        for (const auto& [name, series] : record.scalars)
            add(name, series);
        if (record.opened)
            for (const auto& group : record.opened->groups)
                for (const std::string& name : group)
                    if (!m_series.contains(name))
                        add(name, Series{});
        h5::createGroup(m_file, "/tensors");
        for (const auto& [name, series] : record.tensors)
            add(name, series);
        h5::check(H5Fstart_swmr_write(m_file), "begin to be followed");
        if (::rename(beside.c_str(), m_path.c_str()) != 0)
            throw h5::Failure{base::systemError("rename", beside, errno)};
    }

    bool takes(const ScalarBlock& block) const
    {
        return std::all_of(block.names.begin(), block.names.end(),
                           [&](const std::string& name) { return m_series.contains(name); });
    }

    void append(const ScalarBlock& block)
    {
        std::vector<double> times;
        for (const double time : block.times)
            times.push_back(roundTime(time));
        for (std::size_t i = 0; i < block.names.size(); ++i) {
            Datasets& series = m_series.at(block.names[i]);
            extend(series.value, H5T_NATIVE_DOUBLE, series.size, block.columns[i], m_transfer);
            extend(series.time, H5T_NATIVE_DOUBLE, series.size, times, m_transfer);
            extend(series.step, H5T_NATIVE_INT64, series.size, block.steps, m_transfer);
            series.size += block.steps.size();
            // The step last: whoever has seen one finds its value and time.
            for (const h5::Id* dataset : {&series.value, &series.time, &series.step})
                h5::check(H5Dflush(*dataset), "show a dataset");
        }
    }

    bool takes(const TensorBlock& block) const
    {
        return std::ranges::all_of(block.tensors, [&](const std::string& name) {
            const auto found = m_tensors.find(name);
            return found != m_tensors.end() && std::ranges::all_of(block.statistics, [&](const std::string& statistic) {
                       return found->second.columns.contains(statistic);
                   });
        });
    }

    void append(const TensorBlock& block)
    {
        std::vector<double> values(block.steps.size());
        for (std::size_t t = 0; t < block.tensors.size(); ++t) {
            Columns& columns = m_tensors.at(block.tensors[t]);
            for (const auto& [statistic, dataset] : columns.columns) {
                const auto place = std::ranges::find(block.statistics, statistic) - block.statistics.begin();
                const auto i = std::size_t(place);
                for (std::size_t row = 0; row < values.size(); ++row)
                    values[row] = i < block.statistics.size() ? block.at(i, row, t) : asKept(statistic, NAN);
                extend(dataset, H5T_NATIVE_DOUBLE, columns.size, values, m_transfer);
            }
        }
        // A flush goes through all that HDF5 holds in memory, whatever is flushed: one for all columns, then one for
        // the steps, instead of hundreds.
        flush();
        for (const std::string& name : block.tensors) {
            Columns& columns = m_tensors.at(name);
            extend(columns.step, H5T_NATIVE_INT64, columns.size, block.steps, m_transfer);
            columns.size += block.steps.size();
        }
        flush();
    }

    void flush() { h5::check(H5Fflush(m_file, H5F_SCOPE_GLOBAL), "flush the file"); }

    const std::filesystem::path& path() const { return m_path; }

private:
    struct Datasets {
        hsize_t size = 0;
        h5::Id step, time, value;
    };

    struct Columns {
        hsize_t size = 0;
        h5::Id step;
        std::unordered_map<std::string, h5::Id> columns;
    };

    std::filesystem::path m_path;
    h5::Id m_file;
    hid_t m_transfer = H5P_DEFAULT;
    std::unordered_map<std::string, Columns> m_tensors;
    std::unordered_map<std::string, Datasets> m_series;

    void add(const std::string& name, const Series& series)
    {
        const std::string path = layout::groupOf(name);
        m_series[name] = {series.steps.size(), h5::createIntegers(m_file, path + "/step", series.steps, growing),
                          h5::createReals(m_file, path + "/time", series.times, growing),
                          h5::createReals(m_file, path + "/value", series.values, growing)};
    }

    void add(const std::string& name, const TensorSeries& series)
    {
        const std::string path = layout::tensorGroupOf(name) + '/';
        Columns& columns = m_tensors[name];
        columns.size = series.steps.size();
        columns.step = h5::createIntegers(m_file, path + "step", series.steps, growingSlowly);
        for (const auto& [statistic, values] : series.columns)
            columns.columns.emplace(statistic,
                                    layout::createColumn(m_file, path + statistic, statistic, values, growingSlowly));
    }
};

LiveView::LiveView(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
LiveView::~LiveView() = default;

base::Result<std::unique_ptr<LiveView>> LiveView::create(const std::filesystem::path& file, const RunRecord& record)
{
    std::unique_ptr<LiveView> view(new LiveView(std::make_unique<Work>(file)));
    CORE_CHECK(h5::guarded(file, [&] { view->m_work->create(record); }));
    return view;
}

bool LiveView::takes(const ScalarBlock& block) const
{
    return m_work->takes(block);
}

base::Status LiveView::append(const ScalarBlock& block)
{
    return h5::guarded(m_work->path(), [&] { m_work->append(block); });
}

bool LiveView::takes(const TensorBlock& block) const
{
    return m_work->takes(block);
}

base::Status LiveView::append(const TensorBlock& block)
{
    return h5::guarded(m_work->path(), [&] { m_work->append(block); });
}

base::Status LiveView::flush()
{
    return h5::guarded(m_work->path(), [&] { m_work->flush(); });
}

}
