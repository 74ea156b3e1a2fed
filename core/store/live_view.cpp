// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/live_view.h"

#include "core/base/files.h"
#include "core/store/h5_layout.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <unordered_map>

namespace core::store {

namespace {

// 16 KB a dataset at first; a run of a million steps has 500 chunks.
constexpr h5::DatasetOptions growing{2048, true, false};

template <class T>
void extend(hid_t dataset, hid_t type, hsize_t from, const std::vector<T>& values)
{
    const hsize_t count = values.size();
    const hsize_t size = from + count;
    h5::check(H5Dset_extent(dataset, &size), "extend a dataset");
    const h5::Id file(H5Dget_space(dataset), H5Sclose, "extend a dataset");
    h5::check(H5Sselect_hyperslab(file, H5S_SELECT_SET, &from, nullptr, &count, nullptr), "extend a dataset");
    const h5::Id memory(H5Screate_simple(1, &count, nullptr), H5Sclose, "extend a dataset");
    h5::check(H5Dwrite(dataset, type, memory, file, H5P_DEFAULT, values.data()), "write a dataset");
}

}

class LiveView::Work {
public:
    Work(std::filesystem::path file, bool shared) : m_path(std::move(file)), m_shared(shared) {}

    ~Work()
    {
        (void)h5::guarded(m_path, [&] {
            m_columns.clear();
            m_axes.clear();
            m_file.reset();
        });
    }

    void create(const RunRecord& record)
    {
        const std::string beside = m_path.string() + ".live";
        ::unlink(beside.c_str());
        m_file = h5::createFile(beside);
        layout::writeFacts(m_file, record, name(events::RunState::Running));
        std::vector<std::vector<std::string>> groups = record.opened ? record.opened->groups : decltype(groups){};
        for (const auto& [name, series] : record.scalars)
            groups.push_back({name});
        const Series none;
        for (const auto& group : groups)
            for (const std::string& name : group)
                if (!m_columns.contains(name)) {
                    const auto recorded = record.scalars.find(name);
                    addColumn(name, recorded == record.scalars.end() ? none : recorded->second, record, group);
                }
        h5::createGroup(m_file, "/tensors");
        h5::check(H5Fstart_swmr_write(m_file), "begin to be followed");
        if (::rename(beside.c_str(), m_path.c_str()) != 0)
            throw h5::Failure{base::systemError("rename", beside, errno)};
    }

    bool takes(const ScalarBlock& block) const
    {
        std::vector<std::size_t> sharing(m_axes.size(), 0);
        for (const std::string& name : block.names) {
            const auto column = m_columns.find(name);
            if (column == m_columns.end())
                return false;
            ++sharing[column->second.axis];
        }
        for (std::size_t axis = 0; axis < sharing.size(); ++axis)
            if (sharing[axis] != 0 && sharing[axis] != m_axes[axis].names)
                return false;
        return true;
    }

    void append(const ScalarBlock& block)
    {
        std::vector<bool> done(m_axes.size(), false);
        for (std::size_t i = 0; i < block.names.size(); ++i) {
            Column& column = m_columns.at(block.names[i]);
            Axis& axis = m_axes[column.axis];
            const hsize_t from = done[column.axis] ? axis.size - block.steps.size() : axis.size;
            // Value first: whoever has seen a step finds its value.
            extend(column.value, H5T_NATIVE_DOUBLE, from, block.columns[i]);
            h5::check(H5Dflush(column.value), "show a dataset");
            if (done[column.axis])
                continue;
            done[column.axis] = true;
            std::vector<double> times;
            for (const double time : block.times)
                times.push_back(roundTime(time));
            extend(axis.time, H5T_NATIVE_DOUBLE, axis.size, times);
            extend(axis.step, H5T_NATIVE_INT64, axis.size, block.steps);
            axis.size += block.steps.size();
        }
        for (std::size_t i = 0; i < done.size(); ++i)
            if (done[i]) {
                h5::check(H5Dflush(m_axes[i].time), "show a dataset");
                h5::check(H5Dflush(m_axes[i].step), "show a dataset");
            }
    }

    void flush() { h5::check(H5Fflush(m_file, H5F_SCOPE_GLOBAL), "flush the file"); }

    const std::filesystem::path& path() const { return m_path; }

private:
    // Steps and times of names that are always recorded together.
    struct Axis {
        std::string owner;
        std::size_t names = 0;
        hsize_t size = 0;
        h5::Id step, time;
    };
    struct Column {
        std::size_t axis = 0;
        h5::Id value;
    };

    std::filesystem::path m_path;
    bool m_shared;
    h5::Id m_file;
    std::vector<Axis> m_axes;
    std::unordered_map<std::string, Column> m_columns;

    void addColumn(const std::string& name, const Series& series, const RunRecord& record, const std::vector<std::string>& group)
    {
        const std::string path = layout::groupOf(name);
        const std::size_t axis = axisFor(series, record, group);
        if (axis == m_axes.size()) {
            m_axes.push_back({name, 0, series.steps.size(), h5::createIntegers(m_file, path + "/step", series.steps, growing),
                h5::createReals(m_file, path + "/time", series.times, growing)});
        } else {
            for (const char* part : {"/step", "/time"})
                layout::share(m_file, layout::groupOf(m_axes[axis].owner) + part, path + part);
        }
        ++m_axes[axis].names;
        m_columns[name] = {axis, h5::createReals(m_file, path + "/value", series.values, growing)};
    }

    // The axis of a neighbour with the same steps and times; m_axes.size() if there is none.
    std::size_t axisFor(const Series& series, const RunRecord& record, const std::vector<std::string>& group) const
    {
        for (const std::string& neighbour : group) {
            const auto column = m_columns.find(neighbour);
            if (!m_shared || column == m_columns.end())
                continue;
            const auto recorded = record.scalars.find(neighbour);
            const bool none = recorded == record.scalars.end();
            if (none ? series.steps.empty() : recorded->second.steps == series.steps && recorded->second.times == series.times)
                return column->second.axis;
        }
        return m_axes.size();
    }
};

LiveView::LiveView(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
LiveView::~LiveView() = default;

base::Result<std::unique_ptr<LiveView>> LiveView::create(const std::filesystem::path& file, const RunRecord& record, bool shared)
{
    std::unique_ptr<LiveView> view(new LiveView(std::make_unique<Work>(file, shared)));
    CORE_CHECK(h5::guarded(file, [&] { view->m_work->create(record); }));
    return view;
}

bool LiveView::takes(const ScalarBlock& block) const { return m_work->takes(block); }

base::Status LiveView::append(const ScalarBlock& block)
{
    return h5::guarded(m_work->path(), [&] { m_work->append(block); });
}

base::Status LiveView::flush()
{
    return h5::guarded(m_work->path(), [&] { m_work->flush(); });
}

}
