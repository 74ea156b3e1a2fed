// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/profile_tables.h"

#include "core/store/shared_columns.h"

#include <algorithm>
#include <cmath>

namespace core::store {

namespace {

// Columns of numbers under one group, in the order in which they are first named.
class ProfileColumns {
public:
    explicit ProfileColumns(std::string group) : m_group(std::move(group)) {}

    void whole(const std::string& name, std::int64_t value) { column(m_whole, name).push_back(value); }
    void real(const std::string& name, double value) { column(m_real, name).push_back(value); }
    void text(const std::string& name, std::string value) { column(m_texts, name).push_back(std::move(value)); }
    /// A row of a table that is as wide as its first one.
    void row(const std::string& name, const std::vector<double>& values)
    {
        auto& [width, cells] = m_tables[name];
        width = std::max(width, cells.empty() ? values.size() : 0);
        for (std::size_t i = 0; i < width; ++i)
            cells.push_back(i < values.size() ? values[i] : std::nan(""));
    }

    void write(hid_t file, SharedColumns& shared) const
    {
        h5::createGroup(file, m_group);
        for (const auto& [name, values] : m_whole)
            shared.write(m_group + '/' + name, values);
        for (const auto& [name, values] : m_real)
            shared.write(m_group + '/' + name, values);
        for (const auto& [name, values] : m_texts)
            h5::createTexts(file, m_group + '/' + name, values);
        for (const auto& [name, table] : m_tables)
            if (table.first > 0)
                h5::createTable(file, m_group + '/' + name, table.second, table.first);
    }

private:
    template <class T>
    using Named = std::vector<std::pair<std::string, std::vector<T>>>;

    template <class T>
    static std::vector<T>& column(Named<T>& columns, const std::string& name)
    {
        const auto found = std::ranges::find(columns, name, &std::pair<std::string, std::vector<T>>::first);
        return found != columns.end() ? found->second : columns.emplace_back(name, std::vector<T>{}).second;
    }

    std::string m_group;
    Named<std::int64_t> m_whole;
    Named<double> m_real;
    Named<std::string> m_texts;
    std::map<std::string, std::pair<std::size_t, std::vector<double>>> m_tables;
};

struct Tables {
    ProfileColumns steps{"/profile/steps"}, durations{"/profile/durations"}, layers{"/profile/layers"},
        system{"/profile/system"};

    void add(const events::StepTimes& times)
    {
        steps.whole("step", times.step);
        steps.whole("count", times.count);
        steps.real("time", times.time);
        for (std::size_t i = 0; i < events::phaseNames.size(); ++i)
            // −1: it could not be told from the phase before it.
            steps.real(std::string(events::phaseNames[i]), i < times.phases.size() ? times.phases[i] : 0);
        steps.whole("slowest", times.slowest);
        for (std::size_t i = 0; i < times.durations.size(); ++i) {
            durations.whole("step", times.step + std::int64_t(i));
            durations.real("seconds", times.durations[i]);
        }
    }

    void add(const events::LayerTimes& times)
    {
        for (const events::LayerTimes::Layer& layer : times.layers) {
            layers.whole("step", times.step);
            layers.text("layer", layer.name);
            layers.real("forward", layer.forward);
            layers.real("backward", layer.backward);
        }
    }

    void add(const events::SystemSample& sample)
    {
        system.whole("step", sample.step);
        system.real("time", sample.time);
        system.real("io_wait", sample.ioWait);
        system.real("process", sample.process);
        system.real("resident", sample.resident);
        system.real("available", sample.available);
        system.real("total", sample.total);
        system.real("read_rate", sample.readRate);
        system.real("write_rate", sample.writeRate);
        system.real("receive_rate", sample.receiveRate);
        system.real("send_rate", sample.sendRate);
        system.row("cores", sample.cores);
        std::vector<double> busy, memory;
        for (const events::SystemSample::Gpu& gpu : sample.gpus) {
            busy.push_back(gpu.busy);
            memory.push_back(gpu.memory);
        }
        system.row("gpu_busy", busy);
        system.row("gpu_memory", memory);
    }
};

}

void writeProfile(hid_t file, const RunRecord& record)
{
    Tables tables;
    SharedColumns shared(file, true);
    for (const events::Event& event : record.events)
        if (const auto* times = std::get_if<events::StepTimes>(&event))
            tables.add(*times);
        else if (const auto* layers = std::get_if<events::LayerTimes>(&event))
            tables.add(*layers);
        else if (const auto* sample = std::get_if<events::SystemSample>(&event))
            tables.add(*sample);
    h5::createGroup(file, "/profile");
    for (const ProfileColumns* columns : {&tables.steps, &tables.durations, &tables.layers, &tables.system})
        columns->write(file, shared);
}

}
