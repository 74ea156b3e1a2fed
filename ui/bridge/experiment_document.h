// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"

#include <QObject>
#include <QString>

#include <functional>

class QUndoStack;

namespace ui::bridge {

/// The experiment that is being edited: what was given, what it resolves to, and what is wrong with it.
/// Every change goes through `set` and can be undone.
class ExperimentDocument final : public QObject {
    Q_OBJECT

public:
    /// Checks a tree; relative paths start at `folder`.
    using Resolver =
        std::function<core::spec::Checked(const core::base::Value& given, const std::filesystem::path& folder)>;

    explicit ExperimentDocument(QObject* parent = nullptr);
    /// With another check than that of the experiment file.
    explicit ExperimentDocument(Resolver resolver, QObject* parent = nullptr);
    ~ExperimentDocument() override;

    /// Opens a tree (of a sample card, a run's spec, an empty start). `file`: where it would be saved; may be empty.
    void open(core::base::Value given, const QString& file = {});
    core::base::Status openFile(const QString& file);
    core::base::Status saveAs(const QString& file);

    const core::base::Value& given() const { return m_given; }
    const core::base::Value& resolved() const { return m_resolved; }
    const std::vector<core::base::Error>& problems() const { return m_problems; }
    /// The problem at a dotted path, or nullptr.
    const core::base::Error* problemAt(const QString& dottedPath) const;
    QString name() const;
    QString file() const { return m_file; }
    /// Whether there is something that `saveAs` has not written yet.
    bool modified() const;

    /// Changes one setting; consecutive changes of the same path within a second merge into one undo step.
    void set(const QString& dottedPath, core::base::Value value);
    /// Several settings as one undo step with `text`.
    void setAll(const std::vector<std::pair<QString, core::base::Value>>& changes, const QString& text);
    /// Takes the setting out of what was given, so that the default holds again.
    void reset(const QString& dottedPath);
    QUndoStack* undoStack() const { return m_undo; }

Q_SIGNALS:
    /// `path` is the dotted path that changed; empty: everything may have.
    void changed(const QString& path);

private:
    friend class DocumentEdit;
    void take(core::base::Value given, const QString& path);
    void push(core::base::Value after, const QString& path, const QString& text);

    Resolver m_resolver;
    core::base::Value m_given, m_resolved;
    std::vector<core::base::Error> m_problems;
    QString m_file;
    QUndoStack* m_undo;
};

}
