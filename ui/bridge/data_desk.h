// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/session/data_view.h"
#include "ui/bridge/preview.h"

#include <QString>

namespace ui::bridge {

class Workbench;

/// The data of the experiment in front, opened aside whenever its settings change, and what a person does to it: every
/// change is an edit in the experiment, one undo step, and the file stays as it is.
class DataDesk final : public QObject {
    Q_OBJECT

public:
    explicit DataDesk(Workbench& bench, QObject* parent = nullptr);

    /// Opens what the document says if that has changed.
    void ask();
    bool busy() const { return m_preview.busy(); }
    /// What was opened last; nullptr if nothing could be.
    const std::shared_ptr<const core::session::DataView>& view() const { return m_view; }

    void setCells(const std::vector<std::int64_t>& rows, const QString& column, const QString& text);
    void dropRows(const std::vector<std::int64_t>& rows);
    void addRows(const std::vector<std::string>& columns, core::base::Array rows);
    /// The remedy of a problem.
    void apply(const core::data::Problem& problem);
    /// Another file or folder in front; what was said of the columns of the old one goes.
    void openPath(const QString& path);
    /// Takes all edits back.
    void clearEdits();
    /// Whether rows can be changed by hand: those of series that came without a table of their steps cannot.
    bool editable() const;
    /// How many edits there are.
    int edits() const;
    /// Writes the rows as they stand to a file, aside; `done` gets an error or the number of rows.
    void save(const QString& file, std::function<void(const core::base::Result<std::int64_t>&)> done);

Q_SIGNALS:
    void opened();
    void failed(const core::base::Error& error);
    void slow(bool slow);

private:
    void append(core::base::Value edit, const QString& text);
    /// Those that can be changed; says why where none can.
    std::vector<std::int64_t> changeable(std::vector<std::int64_t> rows);

    Workbench& m_bench;
    Preview m_preview;
    Worker m_saver;
    std::shared_ptr<core::session::DataView::Cache> m_cache;
    std::shared_ptr<const core::session::DataView> m_view;
    core::base::Value m_asked;
};

}
