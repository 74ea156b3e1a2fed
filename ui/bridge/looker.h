// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/look.h"
#include "ui/bridge/worker.h"

#include <QString>

#include <atomic>
#include <map>
#include <memory>
#include <optional>

namespace ui::bridge {

class Workbench;

/// Looks into the network that the window shows: that of the training, borrowed between two steps, that of the step
/// where the time bar stands, or that of a recorded run's end. Several views may ask; of what one asks the last counts.
class Looker final : public QObject {
    Q_OBJECT

public:
    explicit Looker(Workbench& bench);
    ~Looker() override;

    using Show = std::function<void(core::base::Result<core::session::Seen>)>;
    /// `who` asks; what it asked before is given up.
    void ask(const QObject* who, core::session::Wish wish, Show show);
    /// t-SNE of vectors, aside.
    using ShowTsne = std::function<void(core::base::Result<core::session::Tsne>)>;
    void ask(const QObject* who, std::vector<float> vectors, std::int64_t width, core::session::TsneOptions options,
             ShowTsne show);
    void cancel(const QObject* who);
    bool busy(const QObject* who) const { return m_going.contains(who); }
    /// 0 … 1 of what `who` waits for.
    double progress(const QObject* who) const;
    /// Whether there is a run to look into.
    bool possible() const;

Q_SIGNALS:
    void changed(); ///< somebody's progress, or that somebody waits

private:
    using Stop = std::shared_ptr<std::atomic<bool>>;
    struct Going {
        Stop stop;
        double progress = 0;
    };
    Stop begin(const QObject* who);
    core::session::Going watch(const QObject* who, const Stop& stop);
    /// Whether `stop` is still what `who` waits for; then it waits no more.
    bool end(const QObject* who, const Stop& stop);

    Workbench& m_bench;
    std::map<const QObject*, Going> m_going;
    std::shared_ptr<core::session::Looker> m_past; ///< used by m_worker alone
    std::unique_ptr<Worker> m_projecting;
    std::unique_ptr<Worker> m_worker; ///< last: waited for before anything it tells goes
};

}
