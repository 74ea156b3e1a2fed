// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/forms/parts.h"

class QVBoxLayout;

namespace ui::forms {

/// The form of some places of an experiment, made from its schema: every field with its value, unit, range, default and
/// problem. Edits go through the document and can be undone; while a run trains, live fields go to it as well.
class SchemaForm final : public QWidget {
    Q_OBJECT

public:
    /// Of the experiment file.
    explicit SchemaForm(bridge::ExperimentDocument& document, QWidget* parent = nullptr);
    /// Of another schema and catalog; both must outlive the form.
    SchemaForm(bridge::ExperimentDocument& document, const core::base::Schema& schema,
               const core::base::Catalog& catalog, QWidget* parent = nullptr);

    /// Which groups and fields, by dotted path, in this order. The first one's title is left to whoever shows the form.
    void setPaths(const QStringList& paths);
    const QStringList& paths() const { return m_paths; }
    /// A widget under the part of `path`, such as a small curve of what it means; the form owns it.
    void setFooter(const QString& path, QWidget* footer);
    /// A widget under the fields of every chosen kind of a family; the form owns what `tool` makes for a path.
    void setItemTool(const std::string& family, FormContext::ItemTool tool);
    void setRun(RunNotes run);

    /// The line of a field that is shown; nullptr if there is none. The kind of a OneOf is at `path.kind`.
    FieldRow* row(const QString& path) const;
    /// Gives the keyboard to a field; false if it is not shown.
    bool focusField(const QString& path);
    /// Opens the item of a list of chips (`augment.2`) without taking the keyboard.
    void showItem(const QString& path);
    /// Whether a field that is shown may change while it trains.
    bool hasLive() const;
    /// Problems under the form's paths that no line of it shows.
    QString looseProblems() const;

Q_SIGNALS:
    void liveEdited(const QString& path, const core::base::Value& value);
    void fieldFocused(const core::base::Field& field, const QString& path);

private:
    void rebuild();
    void refresh();
    bool claimed(const std::string& where) const;

    FormContext m_context;
    QStringList m_paths;
    std::vector<Part*> m_parts;
    std::map<QString, QWidget*> m_footers;
    QVBoxLayout* m_column;
    QWidget* m_body = nullptr;
    style::Label* m_problems;
};

}
