// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/experiment_document.h"
#include "ui/forms/field_row.h"

#include <functional>
#include <map>

namespace ui::forms {

/// What a form should know of the run in front.
struct RunNotes {
    bool training = false;
    core::base::Value spec = {};             ///< the going run's, to tell what the next run will take up
    std::map<QString, qint64> editedAt = {}; ///< step of the last live edit by path
};

/// What the parts of a form share: where values come from and where edits go.
class FormContext final : public QObject {
    Q_OBJECT

public:
    FormContext(bridge::ExperimentDocument& document, const core::base::Schema& schema,
                const core::base::Catalog& catalog, QObject* parent = nullptr);

    bridge::ExperimentDocument& document() { return m_document; }
    const core::base::Schema& schema() const { return m_schema; }
    const core::base::Catalog& catalog() const { return m_catalog; }
    void setRun(RunNotes run) { m_run = std::move(run); }
    /// What stands under the fields of a chosen kind of a family, beside what the schema says; made for its path.
    using ItemTool = std::function<QWidget*(const QString& path)>;
    void setItemTool(const std::string& family, ItemTool tool) { m_tools[family] = std::move(tool); }
    QWidget* itemTool(const std::string& family, const QString& path) const
    {
        const auto found = m_tools.find(family);
        return found == m_tools.end() ? nullptr : found->second(path);
    }

    /// As it was given, else as it is resolved.
    const core::base::Value& value(const QString& path) const;
    RowState state(const core::base::Field& field, const QString& path) const;
    /// The chosen kind behind a OneOf at `path`; empty for null.
    std::string kind(const QString& path) const;
    RowState kindState(const core::base::Field& field, const QString& path) const;
    /// Whether all conditions of `field` hold in the group at `parent`, and the model takes it.
    bool visible(const core::base::Field& field, const QString& parent) const;

    void commit(const core::base::Field& field, const QString& path, const core::base::Value& value);
    /// Another kind; what was set by hand and the new kind knows too is kept.
    void commitKind(const core::base::Field& field, const QString& path, const core::base::Value& kind);
    void reset(const core::base::Field& field, const QString& path);

Q_SIGNALS:
    /// For the going run; the document has it already.
    void liveEdited(const QString& path, const core::base::Value& value);
    void fieldFocused(const core::base::Field& field, const QString& path);

private:
    bool reachesRun(const core::base::Field& field, const QString& path) const;
    QString titleOf(const core::base::Field& field, const std::string& kind) const;
    QString noteOf(const core::base::Field& field, const QString& path, bool kindOnly) const;

    bridge::ExperimentDocument& m_document;
    const core::base::Schema& m_schema;
    const core::base::Catalog& m_catalog;
    RunNotes m_run;
    std::map<std::string, ItemTool> m_tools;
};

/// `path.key`, or `key` alone.
QString below(const QString& path, const std::string& key);

}
