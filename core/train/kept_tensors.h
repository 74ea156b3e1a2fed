// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/events/hub.h"
#include "core/store/raw_tensors.h"
#include "core/tensor/signal_statistics.h"

#include <map>
#include <optional>

namespace core::train {

/// Tensors at the saves before, which statistics of the next save are taken against. They belong to the run: a
/// checkpoint holds them, so that a run that goes on sees what one without a stop sees.
class PastSaves {
public:
    std::span<const tensor::Save> of(const std::string& name) const;
    /// A copy of `values`; then `count` saves are enough, or those of `steps` steps.
    void add(const std::string& name, std::int64_t step, const at::Tensor& values, std::size_t count,
             std::int64_t steps);
    void clear() { m_saves.clear(); }

    /// As `captured/<step>/<name>`.
    std::vector<base::Blob> blobs() const;
    /// Takes such blobs out of a checkpoint's.
    void take(std::vector<base::Blob>& blobs);

private:
    std::map<std::string, std::vector<tensor::Save>, std::less<>> m_saves;
};

/// Tensors that are kept as they are, in the run's folder.
class KeptTensors {
public:
    void begin(const std::filesystem::path& run) { m_run = run; }
    /// Goes on behind what lies before `step`.
    void follow(std::int64_t step);
    /// What cannot be kept is told once, and the training goes on.
    void add(const std::string& name, std::int64_t step, const at::Tensor& values);
    /// What went wrong since it was last asked, for somebody to tell.
    std::optional<base::Error> trouble();
    base::Status sync();

private:
    std::filesystem::path m_run;
    std::unique_ptr<store::RawWriter> m_writer;
    std::optional<base::Error> m_trouble;
    std::int64_t m_from = 0;
    bool m_failed = false;
};

}
