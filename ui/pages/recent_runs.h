// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <QWidget>

#include <memory>

class QVBoxLayout;

namespace ui::bridge {
class Worker;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// `interrupted at step 4 210 of 9 380`, `validation loss 0.2460 at epoch 14`, …
QString stateSentence(const core::store::RunSummary& run);

/// The newest runs of a folder with a thumbnail each; interrupted ones can be resumed.
class RecentRuns final : public QWidget {
    Q_OBJECT

public:
    explicit RecentRuns(QWidget* parent = nullptr);
    ~RecentRuns() override;

    /// Reads the folder again, aside.
    void reload(const QString& runsFolder);
    int count() const { return m_count; }

Q_SIGNALS:
    void openWanted(const QString& folder);
    void resumeWanted(const QString& folder);
    void reloaded();

private:
    class Row;
    struct Entry {
        core::store::RunSummary summary;
        core::store::RunRecord record;
    };
    void show(const std::vector<Entry>& entries);

    QVBoxLayout* m_rows;
    style::Label* m_empty;
    int m_count = 0;
    quint64 m_generation = 0;
    std::unique_ptr<bridge::Worker> m_worker;
};

}
